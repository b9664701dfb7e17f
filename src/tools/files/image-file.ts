/** What providers take in one request; larger pictures cost a task more than they tell. */
export const largestImage = 3_500_000;

/** Told by the first bytes, not by a name; undefined: it is no image that models take. */
export function imageType(bytes: Uint8Array): string | undefined {
  const head = String.fromCharCode(...bytes.subarray(0, 12));
  if (head.startsWith('\x89PNG\r\n\x1a\n')) return 'image/png';
  if (head.startsWith('\xff\xd8\xff')) return 'image/jpeg';
  if (/^GIF8[79]a/.test(head)) return 'image/gif';
  return /^RIFF....WEBP/s.test(head) ? 'image/webp' : undefined;
}

export function imageDataUrl(type: string, bytes: Uint8Array): string {
  const pieces: string[] = [];
  // As many at once as arguments of a call are sure to be taken.
  for (let start = 0; start < bytes.length; start += 8192)
    pieces.push(String.fromCharCode(...bytes.subarray(start, start + 8192)));
  return `data:${type};base64,${btoa(pieces.join(''))}`;
}
