/** A result that suits a picture: bars over categories, or lines over times. */
export interface ResultChart {
  readonly kind: 'bars' | 'lines';
  /** Name of the column along the bottom. */
  readonly along: string;
  /** Categories, or times in ISO 8601 in rising order. */
  readonly labels: readonly string[];
  /** One value for each label. */
  readonly series: readonly { readonly name: string; readonly values: readonly (number | null)[] }[];
}
