import type { PastedImage } from '../protocol/chat-view.ts';
import { mostImageLabel } from '../protocol/text-limits.ts';

const kinds: ReadonlySet<string> = new Set(['image/png', 'image/jpeg', 'image/gif', 'image/webp']);
/** Bytes; what the protocol takes, before base64 makes it a third larger. */
const mostBytes = 5_900_000;

/** The images among pasted or dropped things, and words for those that cannot be taken. */
export async function readImages(
  files: Iterable<File>,
): Promise<{ readonly images: readonly PastedImage[]; readonly refused: string | undefined }> {
  const images: PastedImage[] = [];
  let refused: string | undefined;
  for (const file of files) {
    if (!file.type.startsWith('image/')) continue;
    if (!kinds.has(file.type)) refused = 'Only PNG, JPEG, GIF and WebP images can be pasted.';
    else if (file.size > mostBytes) refused = 'That image is larger than 5.9 MB. Paste a smaller one.';
    else images.push({ label: (file.name || 'image').slice(0, mostImageLabel), dataUrl: await dataUrlOf(file) });
  }
  return { images, refused };
}

function dataUrlOf(file: File): Promise<string> {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(String(reader.result));
    reader.onerror = () => reject(reader.error);
    reader.readAsDataURL(file);
  });
}
