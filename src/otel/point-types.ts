/** `DataPointType` of the SDKs, by the name that RIMP has for a kind of points. */
export const POINT_TYPES = { histogram: 0, exponential_histogram: 1, gauge: 2, sum: 3 } as const;

/** A kind of points. */
export type PointKind = keyof typeof POINT_TYPES;

const KINDS = Object.keys(POINT_TYPES) as PointKind[];

/** The kind that a `dataPointType` stands for; `undefined` if it is a later one. */
export function kindOfPoints(dataPointType: number): PointKind | undefined {
  return KINDS[dataPointType];
}
