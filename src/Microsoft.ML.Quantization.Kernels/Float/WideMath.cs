using System.Globalization;
using System.Numerics;

namespace Microsoft.ML.Quantization.Kernels;

/// <summary>
/// Functions in double precision from additions, multiplications, divisions and square roots alone, each correctly rounded on every
/// processor, so that their bits are the same everywhere. Rounded to float32 they are within 0.51 ulp.
/// </summary>
internal static class WideMath
{
    private const double HalfPi = 1.5707963267948966;
    private const double HalfPiLow = 6.123233995736766e-17;
    private const double Ln2High = 0.6931471803691238;
    private const double Ln2Low = 1.9082149292705877e-10;
    private const int TwoOverPiBits = 256;

    /// <summary>2/π · 2²⁵⁶, for arguments of the trigonometric functions that are too large for a subtraction.</summary>
    private static readonly BigInteger s_twoOverPi = BigInteger.Parse("0a2f9836e4e441529fc2757d1f534ddc0db6295993c439041fe5163abdebbc561", NumberStyles.HexNumber, CultureInfo.InvariantCulture);

    /// <summary>eˣ: a series on |r| ≤ ln 2 / 2, scaled by a power of two.</summary>
    public static double Exp(double x)
    {
        if (!(x < 709.0)) { return x >= 709.0 ? double.PositiveInfinity : x; }
        if (x < -745.0) { return 0.0; }
        double n = Math.Round(x * 1.4426950408889634);
        double r = x - n * Ln2High - n * Ln2Low, sum = 1.0;
        for (int k = 14; k >= 1; k--) { sum = sum * r / k + 1.0; }
        return Math.ScaleB(sum, (int)n);
    }

    /// <summary>ln x: 2 artanh((m − 1) / (m + 1)) of the mantissa m in [√½, √2).</summary>
    public static double Log(double x)
    {
        if (!(x > 0.0) || double.IsPositiveInfinity(x)) { return x == 0.0 ? double.NegativeInfinity : x > 0.0 ? x : double.NaN; }
        int exponent = Math.ILogB(x);
        double m = Math.ScaleB(x, -exponent);
        if (m > 1.4142135623730951)
        {
            m *= 0.5;
            exponent++;
        }
        return exponent * Ln2High + (exponent * Ln2Low + 2.0 * ArtanhSeries((m - 1.0) / (m + 1.0)));
    }

    /// <summary>ln(1 + x), exact near 0 too.</summary>
    public static double LogOnePlus(double x) => Math.Abs(x) < 0.2 ? 2.0 * ArtanhSeries(x / (2.0 + x)) : Log(1.0 + x);

    /// <summary>The sine and the cosine: series on |r| ≤ π/4 and the quadrant.</summary>
    public static (double Sin, double Cos) SinCos(double x)
    {
        if (!double.IsFinite(x)) { return (double.NaN, double.NaN); }
        (int quadrant, double r) = Reduce(x);
        double z = r * r, sin = 1.0, cos = 1.0;
        for (int k = 20; k >= 2; k -= 2)
        {
            sin = 1.0 - sin * z / (k * (k + 1));
            cos = 1.0 - cos * z / (k * (k - 1));
        }
        sin *= r;
        return (quadrant & 3) switch { 0 => (sin, cos), 1 => (cos, -sin), 2 => (-sin, -cos), _ => (-cos, sin) };
    }

    /// <summary>The arc tangent: the angle halved twice, then the series.</summary>
    public static double Atan(double x)
    {
        if (double.IsInfinity(x)) { return Math.CopySign(HalfPi, x); }
        if (Math.Abs(x) > 1.0) { return Math.CopySign(HalfPi, x) - Atan(1.0 / x); }
        double half = x / (1.0 + Math.Sqrt(1.0 + x * x)), t = half / (1.0 + Math.Sqrt(1.0 + half * half)), z = t * t, sum = 0.0;
        for (int k = 25; k >= 1; k -= 2) { sum = 1.0 / k - sum * z; }
        return 4.0 * t * sum;
    }

    /// <summary>The arc sine; NaN outside of [−1, 1].</summary>
    public static double Asin(double x) => Math.Abs(x) == 1.0 ? Math.CopySign(HalfPi, x) : Atan(x / Math.Sqrt((1.0 - x) * (1.0 + x)));

    /// <summary>The arc cosine; NaN outside of [−1, 1].</summary>
    public static double Acos(double x) => x == -1.0 ? 2.0 * HalfPi : 2.0 * Atan(Math.Sqrt((1.0 - x) / (1.0 + x)));

    /// <summary>The hyperbolic sine.</summary>
    public static double Sinh(double x)
    {
        if (Math.Abs(x) > 1.0) { return (Exp(x) - Exp(-x)) * 0.5; }
        double z = x * x, sum = 1.0;
        for (int k = 20; k >= 2; k -= 2) { sum = 1.0 + sum * z / (k * (k + 1)); }
        return x * sum;
    }

    /// <summary>The hyperbolic cosine.</summary>
    public static double Cosh(double x) => (Exp(x) + Exp(-x)) * 0.5;

    /// <summary>The inverse hyperbolic sine.</summary>
    public static double Asinh(double x)
    {
        double a = Math.Abs(x);
        return Math.CopySign(a > 1e9 ? Log(a) + Log(2.0) : LogOnePlus(a + a * a / (1.0 + Math.Sqrt(1.0 + a * a))), x);
    }

    /// <summary>The inverse hyperbolic cosine; NaN below 1.</summary>
    public static double Acosh(double x) => x > 1e9 ? Log(x) + Log(2.0) : LogOnePlus(x - 1.0 + Math.Sqrt((x - 1.0) * (x + 1.0)));

    /// <summary>The inverse hyperbolic tangent; NaN outside of [−1, 1].</summary>
    public static double Atanh(double x) => 0.5 * LogOnePlus(2.0 * x / (1.0 - x));

    /// <summary>x to the power y, by C's rules for signs, zeros, infinities and NaN.</summary>
    public static double Pow(double x, double y)
    {
        if (y == 0.0 || x == 1.0) { return 1.0; }
        if (double.IsNaN(x) || double.IsNaN(y)) { return double.NaN; }
        bool whole = Math.Floor(y) == y, odd = whole && Math.Abs(y) < 9007199254740992.0 && y % 2.0 != 0.0;
        double a = Math.Abs(x);
        if (double.IsInfinity(y)) { return a == 1.0 ? 1.0 : a > 1.0 == y > 0.0 ? double.PositiveInfinity : 0.0; }
        if (x < 0.0 && !whole && !double.IsInfinity(x)) { return double.NaN; }
        double power = a == 0.0 ? (y > 0.0 ? 0.0 : double.PositiveInfinity)
            : double.IsInfinity(a) ? (y > 0.0 ? double.PositiveInfinity : 0.0)
            : whole && Math.Abs(y) <= 64.0 ? Whole(a, (int)y)
            : Exp(y * Log(a));
        return odd && (x < 0.0 || double.IsNegative(x)) ? -power : power;
    }

    private static double Whole(double a, int n)
    {
        double result = 1.0;
        for (int left = Math.Abs(n); left > 0; left >>= 1)
        {
            if ((left & 1) != 0) { result *= a; }
            a *= a;
        }
        return n < 0 ? 1.0 / result : result;
    }

    private static double ArtanhSeries(double s)
    {
        double z = s * s, sum = 0.0;
        for (int k = 25; k >= 1; k -= 2) { sum = 1.0 / k + sum * z; }
        return s * sum;
    }

    /// <summary>x = quadrant · π/2 + r with |r| ≤ π/4.</summary>
    private static (int Quadrant, double Angle) Reduce(double x)
    {
        if (Math.Abs(x) < 1000.0)
        {
            double n = Math.Round(x / HalfPi);
            // A float32 argument and n below 2¹⁰ leave the product exact when it is fused.
            return ((int)n, Math.FusedMultiplyAdd(-n, HalfPiLow, Math.FusedMultiplyAdd(-n, HalfPi, x)));
        }
        int exponent = Math.ILogB(x) - 52;
        var mantissa = new BigInteger(Math.ScaleB(Math.Abs(x), -exponent));
        BigInteger turns = mantissa * s_twoOverPi;
        int shift = TwoOverPiBits - exponent;
        BigInteger quarters = (turns + (BigInteger.One << (shift - 1))) >> shift;
        double rest = Math.ScaleB((double)(turns - (quarters << shift)), -shift) * HalfPi;
        int quadrant = (int)(quarters & 3);
        return x < 0.0 ? (-quadrant & 3, -rest) : (quadrant, rest);
    }
}
