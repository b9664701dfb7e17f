import * as z from 'zod/mini';
import type { Tool } from '../../core/tools/tool.ts';
import { imageDataUrl, imageType } from '../files/image-file.ts';
import { pageCall } from './page-call.ts';
import { lookEffect } from './page-effects.ts';

const input = z.object({
  ref: z.optional(z.string().check(z.maxLength(50))),
  full_page: z._default(z.boolean(), false),
});

/** A picture of the page, for a model that sees images and for the person who watches. */
export const browserScreenshot: Tool<z.infer<typeof input>> = {
  name: 'browser_screenshot',
  family: 'browser',
  description:
    'A picture of the page as it is seen, of the whole of it (full_page) or of one element (ref). A snapshot costs less.',
  input,
  describe: ({ ref }) => `Take a picture of ${ref ?? 'the page'}`,
  effects: async (ports, scope) => [lookEffect(ports, scope)],
  async run(ports, scope, { ref, full_page }, authorized, signal) {
    const work = { do: 'screenshot', ref, fullPage: full_page } as const;
    const { result, answer } = await pageCall(ports, scope, { work, authorized }, signal);
    const { image } = answer;
    const type = image && imageType(image);
    return image && type ? { ...result, images: [imageDataUrl(type, image)] } : result;
  },
};
