import type { Cell } from '../../core/data-port.ts';
import type { ResultChart } from '../../protocol/result-chart.ts';

const mostBars = 40;
const mostPoints = 500;
const mostSeries = 4;

/** A picture of a result, where its first column names categories or rising times and others are numbers. */
export function chartOf(columns: readonly string[], rows: readonly (readonly Cell[])[]): ResultChart | undefined {
  if (rows.length < 2 || rows.length > mostPoints) return undefined;
  const labels = rows.map(([first]) => first ?? null);
  const series = columns
    .map((name, column) => ({ name, values: numbersOf(rows.map((row) => row[column] ?? null)) }))
    .slice(1)
    .flatMap(({ name, values }) => (values === undefined ? [] : [{ name, values }]))
    .slice(0, mostSeries);
  const [along] = columns;
  if (along === undefined || series.length === 0 || !labels.every((label) => typeof label === 'string'))
    return undefined;
  if (labels.length > 2 && areTimes(labels)) return { kind: 'lines', along, labels, series };
  if (labels.length > mostBars || new Set(labels).size < labels.length) return undefined;
  return { kind: 'bars', along, labels: labels.map((label) => label.slice(0, 60)), series };
}

function numbersOf(cells: readonly Cell[]): readonly (number | null)[] | undefined {
  const numbers = cells.filter((cell) => typeof cell !== 'string');
  return numbers.length === cells.length && numbers.some((cell) => cell !== null) ? numbers : undefined;
}

/** Months, days or moments, each later than the one before. */
function areTimes(labels: readonly string[]): boolean {
  return labels.every(
    (label, index) =>
      /^\d{4}-\d\d(?:-\d\d(?:[T ]\d\d:\d\d.*)?)?$/.test(label) &&
      !Number.isNaN(Date.parse(label)) &&
      (index === 0 || label > (labels[index - 1] ?? '')),
  );
}
