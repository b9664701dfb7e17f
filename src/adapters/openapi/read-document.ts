import { readFileSync } from 'node:fs';
import { parse as parseYaml } from 'yaml';
import type { ApiDocument } from '../../core/api/api-document.ts';
import type { ConfiguredApi } from '../../core/api/api-port.ts';
import { parseDocument } from '../../core/api/parse-document.ts';
import { isMagusError, toMagusError } from '../../core/errors/magus-error.ts';
import { noDocument } from './no-document.ts';

/** Reading YAML takes a hundred times as long as JSON and much more memory: 10 s and 0.5 GB for 10 MB. */
const mostYamlCharacters = 12 * 1024 * 1024;

/** The document in a file. Throws `tool-failed` NO_DOCUMENT, NOT_OPENAPI or SWAGGER_2. */
export function readDocument(api: ConfiguredApi, file: string): ApiDocument {
  return parseDocument(api, parsedText(api, readFileSync(file, 'utf8')));
}

function parsedText(api: ConfiguredApi, text: string): unknown {
  const start = text.trimStart().slice(0, 200).toLowerCase();
  if (start.startsWith('<')) throw noDocument(api, 'It is a web page; name the JSON or YAML file behind it.');
  try {
    if (start.startsWith('{')) return JSON.parse(text);
    if (text.length > mostYamlCharacters) throw noDocument(api, 'It is YAML of more than 12 MB; convert it to JSON.');
    return parseYaml(text, { maxAliasCount: 1000 });
  } catch (error) {
    if (isMagusError(error)) throw error;
    throw noDocument(api, `It is neither JSON nor YAML: ${toMagusError(error).message.slice(0, 300)}`);
  }
}
