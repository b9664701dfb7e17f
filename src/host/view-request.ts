import { MagusError } from '../core/errors/magus-error.ts';
import { parseInWords } from '../core/errors/parse-in-words.ts';

/** A message of a view as one of its requests. Throws `user-input` with what is wrong in words. */
export function requestOf<Request>(schema: Parameters<typeof parseInWords<Request>>[0], message: unknown): Request {
  const parsed = parseInWords(schema, message, 'the request');
  if (parsed.ok) return parsed.value;
  throw new MagusError(
    'user-input',
    `This cannot be taken: ${parsed.faults.join('; ')}. Make it fit, then try again; a long text can stand in a file that you name.`,
    { code: 'BAD_REQUEST' },
  );
}
