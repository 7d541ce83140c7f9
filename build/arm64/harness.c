// Runs the cases of Check.cs where there is no .NET runtime: every buffer between two forbidden pages, one line for each case.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

enum { Blocks = 16, Capacity = 1 << 20, Page = 65536 };

extern int arm_check(int suite, int engine, int seed, unsigned char **blocks, int capacity, unsigned long *hash)
    __asm__("ArmCheck_Microsoft_ML_Quantization_ArmCheck_Check__Entry");

// What a call from native code into compiled C# does when there is a runtime.
void RhpReversePInvoke(void *frame) { (void)frame; }
void RhpReversePInvokeReturn(void *frame) { (void)frame; }

// What compiled C# asks of a runtime besides: whether a collection waits, the mark below arrays on the stack, and zeroed memory.
int RhpTrapThreads = 0;
unsigned long __security_cookie = 0x5EED5EED5EED;
void RhSpanHelpers_MemZero(void *start, unsigned long bytes) { memset(start, 0, bytes); }
void RhSpanHelpers_MemCopy(void *to, const void *from, unsigned long bytes) { memmove(to, from, bytes); }

int main(int argc, char **argv)
{
    setvbuf(stdout, 0, _IOLBF, 0);
    int firstEngine = argc > 1 ? atoi(argv[1]) : 0, seeds = argc > 2 ? atoi(argv[2]) : 100;
    unsigned char *blocks[Blocks];
    for (int i = 0; i < Blocks; i++)
    {
        unsigned char *pages = mmap(0, Capacity + 2 * Page, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        if (pages == MAP_FAILED || mprotect(pages + Page, Capacity, PROT_READ | PROT_WRITE) != 0) { perror("memory"); return 2; }
        blocks[i] = pages + Page;
    }
    for (int engine = firstEngine; engine < 3; engine++)
    {
        for (int suite = 0;; suite++)
        {
            unsigned long hash;
            int known = 0;
            for (int seed = 0; seed < seeds; seed++)
            {
                int mismatches = arm_check(suite, engine, seed, blocks, Capacity, &hash);
                if (mismatches < 0) { break; }
                known = 1;
                printf("%d %d %d %d %016lx\n", suite, engine, seed, mismatches, hash);
            }
            if (!known) { break; }
        }
    }
    return 0;
}
