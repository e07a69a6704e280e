import type { VNode } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import uPlot from 'uplot';
import { isDark } from '../ui/theme.js';
import type { PlotLine } from './chart-model.js';
import { type PlotContent, plotOptions } from './plot-options.js';

export interface PlotProperties extends PlotContent {
  readonly label: string;
  readonly height: number;
}

/** Lines over time, on a canvas. It is made once, and takes new data as they come. */
export function Plot(properties: PlotProperties): VNode {
  const { lines, label, height, sync } = properties;
  const box = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | undefined>(undefined);
  // what the plot's functions read: always the latest
  const content = useRef<PlotContent>(properties);
  content.current = properties;
  const shape = JSON.stringify([isDark.value, height, sync, lines.map((line) => [line.label, line.series])]);

  useEffect(() => {
    const element = box.current;
    if (element === null) return undefined;
    const made = new uPlot(
      plotOptions(() => content.current, element.clientWidth, height),
      dataOf(content.current),
      element,
    );
    plot.current = made;
    const observer = new ResizeObserver(() => {
      if (element.clientWidth > 0) made.setSize({ width: element.clientWidth, height });
    });
    observer.observe(element);
    return () => {
      observer.disconnect();
      made.destroy();
      plot.current = undefined;
    };
  }, [shape]);
  useEffect(() => {
    plot.current?.setData(dataOf(properties));
  }, [properties.times, lines, properties.samples, properties.range, properties.picked]);

  return <div ref={box} class="plot" role="img" aria-label={label} />;
}

function dataOf({ times, lines }: { readonly times: readonly number[]; readonly lines: readonly PlotLine[] }) {
  const data: uPlot.AlignedData = [[...times], ...lines.map(({ values }) => [...values])];
  return data;
}
