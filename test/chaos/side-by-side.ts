/** Runs the work for every item, `most` at a time; adds up the kills it counts and gathers what broke. */
export async function sideBySide<Item>(
  items: readonly Item[],
  most: number,
  work: (item: Item) => Promise<number>,
): Promise<{ readonly kills: number; readonly broken: readonly string[] }> {
  const left = items.map((item, index) => ({ item, index }));
  const broken: string[] = [];
  let kills = 0;
  const lane = async (): Promise<void> => {
    for (let next = left.shift(); next !== undefined; next = left.shift()) {
      try {
        // Not `+= await`: that would add to what was counted before the wait.
        const made = await work(next.item);
        kills += made;
      } catch (error) {
        broken.push(`${JSON.stringify(next.item)}: ${error instanceof Error ? error.message : String(error)}`);
      }
    }
  };
  await Promise.all(Array.from({ length: most }, lane));
  return { kills, broken };
}
