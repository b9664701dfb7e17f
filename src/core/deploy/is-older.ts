/** Whether a version ("3.9.1") is older than another one ("3.13"), number by number. */
export function isOlder(version: string, least: string): boolean {
  const [have, want] = [version, least].map((text) => text.split('.').map(Number));
  for (const [index, part] of (want ?? []).entries()) {
    const own = have?.[index] ?? 0;
    if (own !== part) return own < part;
  }
  return false;
}

/** The first version that a program names in what it says: "3.13.1". */
export function versionIn(said: string): string | undefined {
  return /\d+\.\d+(?:\.\d+)?/.exec(said)?.[0];
}
