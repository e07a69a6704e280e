import type { VNode } from 'preact';

interface SparklineProperties {
  /** Oldest first; what is unknown is left out. */
  readonly values: readonly (number | null)[];
  /** What it shows, for those who don't see it. */
  readonly label: string;
  readonly width?: number;
  readonly height?: number;
}

/** Counts as small bars. */
export function Sparkline({ values, label, width = 96, height = 18 }: SparklineProperties): VNode {
  const greatest = Math.max(1, ...values.map((value) => value ?? 0));
  const step = width / Math.max(1, values.length);
  return (
    <svg
      class="sparkline"
      width={width}
      height={height}
      viewBox={`0 0 ${width} ${height}`}
      role="img"
      aria-label={label}
    >
      {values.map((value, index) => {
        if (value === null || value <= 0) return null;
        const size = Math.max(1, (value / greatest) * height);
        const barWidth = Math.max(0.5, step - 1);
        // oxlint-disable-next-line react/no-array-index-key -- a bar is its place
        return <rect key={index} x={index * step} y={height - size} width={barWidth} height={size} />;
      })}
    </svg>
  );
}
