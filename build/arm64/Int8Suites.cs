using Microsoft.ML.Quantization.Kernels;

namespace Microsoft.ML.Quantization.ArmCheck;

/// <summary>Integer products: tiles, depthwise and the output stage.</summary>
internal static unsafe class Int8Suites<TDot, TVector>
    where TDot : struct, IInt8Dot<TVector>, IBytePack
    where TVector : struct
{
    public static void Tile(ref CheckData data, bool wide)
    {
        int width = (wide ? 4 : 2) * TDot.Lanes, tileRows = wide ? 4 : 6, rows = 1 + data.Next(tileRows), taps = 1 + data.Next(9), depth = 1 + data.Next(70);
        int packed = (depth + 3) / 4 * 4;
        bool signed = data.Next(2) == 1, flips = CodeSigns.Flip(signed, TDot.SignedCodes);
        int zeroPoint = signed ? data.Next(256) - 128 : data.Next(256);
        byte* input = data.Codes(taps * tileRows * packed);
        byte** pointers = (byte**)data.Take<nint>(taps * tileRows);
        for (int i = 0; i < taps * tileRows; i++) { pointers[i] = input + i * packed; }
        sbyte* weights = data.Take<sbyte>(taps * packed * width);
        int* start = data.Take<int>(width), sums = data.Take<int>(tileRows * width), bias = data.Take<int>(width);
        for (int column = 0; column < width; column++)
        {
            bias[column] = (data.Next(2001) - 1000) * 1009;
            int total = 0;
            for (int tap = 0; tap < taps; tap++)
            {
                for (int k = 0; k < depth; k++)
                {
                    sbyte weight = (sbyte)(data.Code() - 128);
                    weights[(tap * packed + k / 4 * 4) * width + column * 4 + k % 4] = weight;
                    total += weight;
                }
            }
            start[column] = bias[column] - CodeSigns.ZeroPoint(zeroPoint, signed, TDot.SignedCodes) * total;
        }
        Tile tile = new() { Rows = pointers, RowStride = tileRows, Weights = (byte*)weights, Taps = taps, Depth = packed, Start = start, Sums = sums };
        if (flips) { Run<Yes>(&tile, wide, rows); } else { Run<No>(&tile, wide, rows); }
        for (int row = 0; row < rows; row++)
        {
            for (int column = 0; column < width; column++)
            {
                int expected = bias[column];
                for (int tap = 0; tap < taps; tap++)
                {
                    for (int k = 0; k < depth; k++)
                    {
                        byte code = pointers[tap * tileRows + row][k];
                        expected += ((signed ? (sbyte)code : code) - zeroPoint) * weights[(tap * packed + k / 4 * 4) * width + column * 4 + k % 4];
                    }
                }
                data.Same(expected, sums[row * width + column]);
            }
        }
        Output(ref data, sums, rows, width);
        if (wide) { Interleaved(ref data, sums, rows); }
    }

    public static void Depthwise(ref CheckData data)
    {
        int width = 4 * TDot.Lanes, taps = 1 + data.Next(26), quads = (taps + 3) / 4;
        bool signed = data.Next(2) == 1, flips = CodeSigns.Flip(signed, TDot.SignedCodes);
        int zeroPoint = signed ? data.Next(256) - 128 : data.Next(256);
        byte* input = data.Codes(taps * width);
        byte** pointers = (byte**)data.Take<nint>(taps);
        for (int tap = 0; tap < taps; tap++) { pointers[tap] = input + tap * width; }
        sbyte* weights = data.Take<sbyte>(quads * 4 * width), plain = data.Take<sbyte>(taps * width);
        int* start = data.Take<int>(width), sums = data.Take<int>(width);
        for (int slot = 0; slot < width; slot++)
        {
            int column = TDot.InterleavedColumn(slot / TDot.Lanes, slot % TDot.Lanes), total = 0;
            for (int tap = 0; tap < taps; tap++)
            {
                // By column, so that every order of columns draws the same numbers.
                plain[tap * width + column] = (sbyte)(((column * 37 + tap * 101 + 200 + zeroPoint) % 5) switch { 0 => 127, 1 => -128, _ => column * 91 + tap * 53 });
                weights[(tap / 4 * width + slot) * 4 + tap % 4] = plain[tap * width + column];
                total += plain[tap * width + column];
            }
            start[slot] = -CodeSigns.ZeroPoint(zeroPoint, signed, TDot.SignedCodes) * total;
        }
        DepthwiseOutput output = new() { Sums = sums };
        if (flips) { Int8DepthwiseTile<TDot, TVector, Yes>.Pixels(pointers, 1, taps, 1, 0, (byte*)weights, start, &output); }
        else { Int8DepthwiseTile<TDot, TVector, No>.Pixels(pointers, 1, taps, 1, 0, (byte*)weights, start, &output); }
        for (int column = 0; column < width; column++)
        {
            int expected = 0;
            for (int tap = 0; tap < taps; tap++)
            {
                byte code = pointers[tap][column];
                expected += ((signed ? (sbyte)code : code) - zeroPoint) * plain[tap * width + column];
            }
            data.Same(expected, sums[column]);
        }
        Output(ref data, sums, 1, width);
        Codes codes = new(ref data, 1, width);
        output = codes.Output;
        if (flips) { Int8DepthwiseTile<TDot, TVector, Yes>.Pixels(pointers, 1, taps, 1, 0, (byte*)weights, start, &output); }
        else { Int8DepthwiseTile<TDot, TVector, No>.Pixels(pointers, 1, taps, 1, 0, (byte*)weights, start, &output); }
        codes.Check(ref data, sums, 1, width);
    }

    public static void DepthwiseRow(ref CheckData data)
    {
        int width = 4 * TDot.Lanes, height = 1 + data.Next(4), step = 1 + data.Next(2), count = 1 + data.Next(16), columns = step * (count - 1) + 3;
        bool signed = data.Next(2) == 1, flips = CodeSigns.Flip(signed, TDot.SignedCodes);
        int zeroPoint = signed ? data.Next(256) - 128 : data.Next(256);
        byte* input = data.Codes(height * columns * width);
        byte** pointers = (byte**)data.Take<nint>(height * 3 * count);
        for (int tap = 0; tap < height * 3; tap++)
        {
            for (int pixel = 0; pixel < count; pixel++) { pointers[tap * count + pixel] = input + (tap / 3 * columns + pixel * step + tap % 3) * width; }
        }
        sbyte* weights = data.Take<sbyte>(3 * 4 * width), plain = data.Take<sbyte>(height * 3 * width);
        int* start = data.Take<int>(width), sums = data.Take<int>(count * width);
        for (int i = 0; i < height * 3 * width; i++) { plain[i] = (sbyte)(data.Code() - 128); }
        for (int slot = 0; slot < width; slot++)
        {
            int channel = TDot.InterleavedColumn(slot / TDot.Lanes, slot % TDot.Lanes), total = 0;
            for (int tap = 0; tap < height * 3; tap++)
            {
                weights[(tap % 3 * width + slot) * 4 + tap / 3] = plain[tap * width + channel];
                total += plain[tap * width + channel];
            }
            start[slot] = -CodeSigns.ZeroPoint(zeroPoint, signed, TDot.SignedCodes) * total;
        }
        DepthwiseOutput output = new() { Sums = sums };
        if (flips) { Int8DepthwiseTile<TDot, TVector, Yes>.ThreeColumns(pointers, count, height, step, count, 0, (byte*)weights, start, &output); }
        else { Int8DepthwiseTile<TDot, TVector, No>.ThreeColumns(pointers, count, height, step, count, 0, (byte*)weights, start, &output); }
        for (int i = 0; i < count * width; i++)
        {
            int expected = 0;
            for (int tap = 0; tap < height * 3; tap++)
            {
                byte code = pointers[tap * count + i / width][i % width];
                expected += ((signed ? (sbyte)code : code) - zeroPoint) * plain[tap * width + i % width];
            }
            data.Same(expected, sums[i]);
        }
        Codes codes = new(ref data, count, width);
        output = codes.Output;
        if (flips) { Int8DepthwiseTile<TDot, TVector, Yes>.ThreeColumns(pointers, count, height, step, count, 0, (byte*)weights, start, &output); }
        else { Int8DepthwiseTile<TDot, TVector, No>.ThreeColumns(pointers, count, height, step, count, 0, (byte*)weights, start, &output); }
        codes.Check(ref data, sums, count, width);
    }

    private static void Output(ref CheckData data, int* sums, int rows, int width)
    {
        int columns = 1 + data.Next(width);
        bool signed = data.Next(2) == 1;
        int lowest = signed ? -128 : 0, minimum = lowest + data.Next(100), maximum = minimum + data.Next(lowest + 256 - minimum), zeroPoint = lowest + data.Next(256);
        float* multipliers = data.Take<float>(width);
        for (int i = 0; i < width; i++) { multipliers[i] = data.Next(5) switch { 0 => 3e35f, 1 => 1e-9f, 2 => 0.5f, _ => data.Next(1000) * 1e-5f }; }
        byte* codes = data.Take<byte>(rows * columns);
        float* reals = data.Take<float>(rows * columns);
        byte** outputs = (byte**)data.Take<nint>(rows);
        for (int row = 0; row < rows; row++) { outputs[row] = codes + row * columns; }
        OutputWriter<TDot>.Codes(sums, rows, width, width, columns, multipliers, outputs, 0, new CodeLimits(zeroPoint, minimum, maximum, signed));
        for (int row = 0; row < rows; row++) { outputs[row] = (byte*)(reals + row * columns); }
        OutputWriter<TDot>.Floats(sums, rows, width, columns, multipliers, outputs, 0, -2.5f, 1e20f);
        for (int i = 0; i < rows * columns; i++)
        {
            float value = sums[i / columns * width + i % columns] * multipliers[i % columns];
            data.Same(Requantization.Code(value, zeroPoint, minimum, maximum), codes[i]);
            data.Same(Requantization.Clamp(value, -2.5f, 1e20f), reals[i]);
        }
    }

    private static void Interleaved(ref CheckData data, int* sums, int rows)
    {
        int width = 4 * TDot.Lanes;
        Codes codes = new(ref data, rows, width);
        int* arranged = data.Take<int>(rows * width);
        for (int i = 0; i < rows * width; i++) { arranged[i] = sums[i / width * width + TDot.InterleavedColumn(i % width / TDot.Lanes, i % TDot.Lanes)]; }
        DepthwiseOutput output = codes.Output;
        InterleavedWriter<TDot, TVector>.Rows(arranged, rows, output.Columns, output.Multipliers, output.Pixels, 0, output.Limits);
        codes.Check(ref data, sums, rows, width);
    }

    private static void Run<TFlips>(Tile* tile, bool wide, int rows) where TFlips : struct, IFlag
    {
        switch (wide, rows)
        {
            case (true, 1): Int8Tiles<TDot, TVector, TFlips>.Row<Four>(tile); break;
            case (true, 2): Int8Tiles<TDot, TVector, TFlips>.Rows<Two, Four>(tile); break;
            case (true, 3): Int8Tiles<TDot, TVector, TFlips>.Rows<Three, Four>(tile); break;
            case (true, _): Int8Tiles<TDot, TVector, TFlips>.Rows<Four, Four>(tile); break;
            case (false, 1): Int8Tiles<TDot, TVector, TFlips>.Row<Two>(tile); break;
            case (false, 2 or 3): Int8Tiles<TDot, TVector, TFlips>.Rows<Three, Two>(tile); break;
            default: Int8Tiles<TDot, TVector, TFlips>.Rows<Six, Two>(tile); break;
        }
    }

    /// <summary>An output stage whose multipliers are arranged as the sums of four registers.</summary>
    private readonly struct Codes
    {
        private readonly int _zeroPoint, _minimum, _maximum;
        private readonly float* _multipliers; // in order

        public Codes(ref CheckData data, int rows, int width)
        {
            int columns = data.Next(2) == 0 ? width : 1 + data.Next(width);
            bool signed = data.Next(2) == 1;
            int lowest = signed ? -128 : 0;
            _minimum = lowest + data.Next(100);
            _maximum = _minimum + data.Next(lowest + 256 - _minimum);
            _zeroPoint = lowest + data.Next(256);
            _multipliers = data.Take<float>(width);
            float* arranged = data.Take<float>(width);
            for (int i = 0; i < width; i++) { _multipliers[i] = data.Next(5) switch { 0 => 3e35f, 1 => 1e-9f, 2 => 0.5f, _ => data.Next(1000) * 1e-5f }; }
            for (int slot = 0; slot < width; slot++) { arranged[slot] = _multipliers[TDot.InterleavedColumn(slot / TDot.Lanes, slot % TDot.Lanes)]; }
            byte* codes = data.Take<byte>(rows * columns);
            byte** outputs = (byte**)data.Take<nint>(rows);
            for (int row = 0; row < rows; row++) { outputs[row] = codes + row * columns; }
            Output = new() { Multipliers = arranged, Limits = new(_zeroPoint, _minimum, _maximum, signed), Pixels = outputs, Columns = columns };
        }

        public readonly DepthwiseOutput Output;

        public void Check(ref CheckData data, int* sums, int rows, int width)
        {
            for (int row = 0; row < rows; row++)
            {
                for (int column = 0; column < Output.Columns; column++)
                {
                    data.Same(Requantization.Code(sums[row * width + column] * _multipliers[column], _zeroPoint, _minimum, _maximum), Output.Pixels[row][column]);
                }
            }
        }
    }
}
