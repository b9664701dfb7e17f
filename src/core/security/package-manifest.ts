/** Is this a package.json, whose scripts and dependencies decide what runs? */
export function isPackageManifest(shownPath: string): boolean {
  return /(^|[\\/])package\.json$/i.test(shownPath);
}

/**
 * Whether a package.json decides after a change what it decided before: its scripts, its dependencies, and what steers the
 * installing of them. `before` undefined: there was none. What is no JSON object decides who knows what.
 */
export function runsTheSame(before: string | undefined, after: string): boolean {
  const [former, next] = [decidingParts(before ?? '{}'), decidingParts(after)];
  return former !== undefined && former === next;
}

const deciding =
  /^scripts$|depend|override|resolution|workspace|hook|husky|lint-staged|^(packageManager|pnpm|yarn|npm|config|publishConfig|gypfile|bin)$/i;

function decidingParts(text: string): string | undefined {
  try {
    const manifest: unknown = JSON.parse(text);
    if (typeof manifest !== 'object' || manifest === null || Array.isArray(manifest)) return undefined;
    return JSON.stringify(Object.entries(manifest).filter(([key]) => deciding.test(key)));
  } catch {
    return undefined;
  }
}
