namespace Microsoft.ML.Quantization.Observers;

/// <summary>
/// Finds the part of a histogram's range that quantizes it with the smallest squared error: cuts the emptier tail step by step for as long as
/// the expected error falls.
/// </summary>
/// <remarks>
/// Two cuts that differ by one search step may have nearly equal errors, so the proposed scale agrees with PyTorch's, which sums in float32,
/// within 1 %. Source: torch.ao.quantization.observer, <c>HistogramObserver._non_linear_param_search</c>, after
/// caffe2/quantization/server/norm_minimization.cc.
/// </remarks>
internal static class HistogramRangeSearch
{
    private const double StepSize = 1e-5;

    /// <summary>The range found.</summary>
    /// <param name="counts">The histogram, equal bins over <paramref name="low"/>..<paramref name="high"/>.</param>
    /// <param name="low">Lower bound.</param>
    /// <param name="high">Upper bound.</param>
    /// <param name="codes">Number of codes that the range will be spread over.</param>
    public static (float Low, float High) Find(ReadOnlySpan<double> counts, float low, float high, double codes)
    {
        double[] cumulative = Cumulate(counts);
        double total = cumulative[^1];
        (int start, int end) = (0, counts.Length - 1);
        (double alpha, double beta) = (0, 1);
        double best = double.PositiveInfinity;
        while (alpha < beta)
        {
            (double nextAlpha, double nextBeta) = (alpha + StepSize, beta - StepSize);
            (int left, int right) = (start, end);
            while (left < end && cumulative[left] < nextAlpha * total) { left++; }
            while (right > start && cumulative[right] > nextBeta * total) { right--; }

            (int candidateStart, int candidateEnd) = (start, end);
            if (left - start > end - right) { (candidateStart, alpha) = (left, nextAlpha); }
            else { (candidateEnd, beta) = (right, nextBeta); }
            if (candidateStart == start && candidateEnd == end) { continue; }

            double error = Error(counts, low, high, candidateStart, candidateEnd, codes);
            if (error > best) { break; }
            (best, start, end) = (error, candidateStart, candidateEnd);
        }
        float width = (high - low) / counts.Length;
        return (low + width * start, low + width * (end + 1));
    }

    /// <summary>
    /// The expected squared error, summed over all values, when bins <paramref name="first"/>..<paramref name="last"/> are spread over the codes
    /// and the rest saturates; values count as spread evenly inside their bin. Each code stands for an equal part of those bins, which may also
    /// begin and end inside a bin or outside the histogram.
    /// </summary>
    public static double Error(ReadOnlySpan<double> counts, float low, float high, double first, double last, double codes)
    {
        double width = (double)(high - low) / counts.Length;
        double step = width * (last - first + 1) / codes;
        if (step == 0) { return 0; }
        double error = 0;
        for (int bin = 0; bin < counts.Length; bin++)
        {
            if (counts[bin] == 0) { continue; }
            double begin = (bin - first) * width, end = begin + width;
            double beginCode = Math.Clamp(Math.Floor(begin / step), 0, codes - 1), endCode = Math.Clamp(Math.Floor(end / step), 0, codes - 1);
            double density = counts[bin] / width;
            error += Norm(begin - (beginCode + 0.5) * step, step / 2, density)
                + (endCode - beginCode - 1) * Norm(-step / 2, step / 2, density)
                + Norm(-step / 2, end - (endCode * step + step / 2), density);
        }
        return error;
    }

    // Integral of density · x² between the two distances from a code's centre.
    private static double Norm(double from, double to, double density) => density * (to * to * to - from * from * from) / 3;

    private static double[] Cumulate(ReadOnlySpan<double> counts)
    {
        var sums = new double[counts.Length];
        double sum = 0;
        for (int i = 0; i < sums.Length; i++) { sums[i] = sum += counts[i]; }
        return sums;
    }
}
