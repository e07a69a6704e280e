/** A value and how often it came. */
export interface Weighted {
  readonly value: number;
  readonly count: number;
}

const FIRST_ERROR = 0.01;
const MAX_BINS = 2_048;

/**
 * Quantiles of any number of values in bounded memory: DDSketch (Masson et al., 2019), whose bins grow by a constant
 * factor, with the uniform collapse of UDDSketch (Epicoco et al., 2020) if there are too many of them. A value is known
 * to within {@link relativeError}, 1 % unless the values span more than 17 powers of ten.
 */
export class Sketch {
  #gamma = (1 + FIRST_ERROR) / (1 - FIRST_ERROR);
  #positive = new Map<number, number>();
  #negative = new Map<number, number>();
  #zeros = 0;
  readonly #maxBins: number;

  /** @param maxBins - bins that are kept, of both signs together; default 2,048. */
  constructor(maxBins = MAX_BINS) {
    this.#maxBins = maxBins;
  }

  /** How far a value may be off, relative to itself. */
  get relativeError(): number {
    return (this.#gamma - 1) / (this.#gamma + 1);
  }

  /** @param value - a finite number. */
  add(value: number, count = 1): void {
    // a subnormal number would have no bin of its own precision
    if (Math.abs(value) < 2.3e-308) this.#zeros += count;
    else {
      const bins = value > 0 ? this.#positive : this.#negative;
      const index = Math.ceil(Math.log(Math.abs(value)) / Math.log(this.#gamma));
      bins.set(index, (bins.get(index) ?? 0) + count);
      while (this.#positive.size + this.#negative.size > this.#maxBins) this.#collapse();
    }
  }

  /** The values as bins, from the least up. */
  weighted(): Weighted[] {
    const zeros = this.#zeros > 0 ? [{ value: 0, count: this.#zeros }] : [];
    return [...this.#valuesOf(this.#negative, -1), ...zeros, ...this.#valuesOf(this.#positive, 1)];
  }

  #valuesOf(bins: ReadonlyMap<number, number>, sign: 1 | -1): Weighted[] {
    const gamma = this.#gamma;
    return [...bins]
      .sort(([a], [b]) => sign * (a - b))
      .map(([index, count]) => ({ value: (sign * (2 * gamma ** (index - 1) * gamma)) / (gamma + 1), count }));
  }

  /** Makes one bin of two: half as many, of twice the error. */
  #collapse(): void {
    this.#gamma **= 2;
    this.#positive = halved(this.#positive);
    this.#negative = halved(this.#negative);
  }
}

function halved(bins: ReadonlyMap<number, number>): Map<number, number> {
  const wider = new Map<number, number>();
  for (const [index, count] of bins) {
    const half = Math.ceil(index / 2);
    wider.set(half, (wider.get(half) ?? 0) + count);
  }
  return wider;
}
