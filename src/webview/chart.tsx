import type { VNode } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import type { ResultChart } from '../protocol/result-chart.ts';
import { charting, wantCharting } from './lazy.ts';

/** A picture of a result, for those who see it; the same figures follow as a table for everybody. */
export function Chart({ chart, title }: { readonly chart: ResultChart; readonly title: string }): VNode {
  const place = useRef<HTMLDivElement>(null);
  wantCharting();
  const drawer = charting.value;
  useEffect(() => {
    if (drawer === undefined || place.current === null) return;
    return drawer.drawChart(place.current, chart);
  }, [drawer, chart]);
  return (
    <figure class="chart">
      <div ref={place} aria-hidden="true" />
      {chart.series.length > 1 ? <Legend chart={chart} /> : null}
      <details>
        <summary>The figures as a table</summary>
        <FigureTable chart={chart} title={title} />
      </details>
    </figure>
  );
}

function Legend({ chart }: { readonly chart: ResultChart }): VNode {
  return (
    <ul class="legend" aria-hidden="true">
      {chart.series.map(({ name }, index) => (
        <li key={name}>
          <span class={`swatch series-${index + 1}`} /> {name}
        </li>
      ))}
    </ul>
  );
}

function FigureTable({ chart, title }: { readonly chart: ResultChart; readonly title: string }): VNode {
  return (
    <section class="table" tabIndex={0} aria-label={`Figures: ${title}`}>
      <table>
        <thead>
          <tr>
            {[chart.along, ...chart.series.map(({ name }) => name)].map((name, index) => (
              <th key={index} scope="col">
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {chart.labels.map((label, row) => (
            <tr key={row}>
              <th scope="row">{label}</th>
              {chart.series.map(({ name, values }) => (
                <td key={name}>{values[row]?.toLocaleString() ?? ''}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
