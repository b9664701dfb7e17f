import type { VNode } from 'preact';
import { Icon, type IconName } from '../icon.tsx';
import { type GraphNode, layersOf } from './layers.ts';

export interface ShownNode extends GraphNode {
  readonly title: string;
  /** Smaller, below the title. */
  readonly told?: string;
  /** Only on pointing at it. */
  readonly more?: string;
  readonly icon?: IconName;
  /** A class for its colour. */
  readonly look?: string;
}

/** Pixels; a row has the height of its boxes whatever they say, so that the lines need no measuring. */
const rowHeight = 56;
const gap = 26;
/** The width a box wants at least; a wider row scrolls. */
const boxWidth = 104;

/** A graph from the top down: boxes in rows, lines behind them. For a screen reader it is a list that says what follows what. */
export function Graph({ nodes, label }: { readonly nodes: readonly ShownNode[]; readonly label: string }): VNode {
  const rows = layersOf(nodes);
  const titles = new Map(nodes.map(({ id, title }) => [id, title]));
  const height = rows.length * (rowHeight + gap) - gap;
  const width = Math.max(...rows.map((row) => row.length)) * boxWidth;
  return (
    <section class="graph" aria-label={label} tabIndex={0}>
      <div style={{ minWidth: `${width}px`, height: `${height}px` }}>
        <Lines rows={rows} height={height} />
        <ul>
          {rows.flatMap((row, rowIndex) =>
            row.map((node, index) => (
              <li
                key={node.id}
                class={node.look}
                style={{
                  top: `${rowIndex * (rowHeight + gap)}px`,
                  left: `${(index / row.length) * 100}%`,
                  width: `${100 / row.length}%`,
                  height: `${rowHeight}px`,
                }}
              >
                <Box node={node} before={node.after.flatMap((id) => titles.get(id) ?? [])} />
              </li>
            )),
          )}
        </ul>
      </div>
    </section>
  );
}

function Box({ node, before }: { readonly node: ShownNode; readonly before: readonly string[] }): VNode {
  return (
    <span class="box" title={[node.title, node.told, node.more].filter(Boolean).join('\n')}>
      <span class="name">
        {node.icon ? <Icon name={node.icon} spinning={node.icon === 'spin'} /> : null} {node.title}
      </span>
      {node.told ? <span class="quiet">{node.told}</span> : null}
      {before.length > 0 ? <span class="for-screen-readers">, after {before.join(' and ')}</span> : null}
    </span>
  );
}

/** Stretched to the width of the boxes: across, a hundred is the whole width. */
function Lines({ rows, height }: { readonly rows: readonly (readonly GraphNode[])[]; readonly height: number }): VNode {
  const places = new Map(
    rows.flatMap((row, rowIndex) =>
      row.map(({ id }, index) => [id, { x: ((index + 0.5) / row.length) * 100, y: rowIndex * (rowHeight + gap) }]),
    ),
  );
  const lines = rows.flat().flatMap(({ id, after }) =>
    after.flatMap((from) => {
      const [start, end] = [places.get(from), places.get(id)];
      if (!start || !end) return [];
      const [top, bottom] = [start.y + rowHeight, end.y];
      const middle = bottom - gap / 2;
      return [`M${start.x} ${top}C${start.x} ${middle} ${end.x} ${middle} ${end.x} ${bottom}`];
    }),
  );
  return (
    <svg viewBox={`0 0 100 ${height}`} preserveAspectRatio="none" aria-hidden="true" focusable="false">
      {lines.map((line) => (
        <path key={line} d={line} />
      ))}
    </svg>
  );
}
