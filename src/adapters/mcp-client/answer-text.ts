import type { CallToolResult } from '@modelcontextprotocol/sdk/types.js';
import type { McpAnswer } from '../../core/mcp/mcp-port.ts';

/** Text of all parts in their order; images beside it; what is neither is named. */
export function answerOf({ content, structuredContent, isError }: CallToolResult): McpAnswer {
  const images: string[] = [];
  const texts = content.map((part): string => {
    switch (part.type) {
      case 'text':
        return part.text;
      case 'image':
        images.push(`data:${part.mimeType};base64,${part.data}`);
        return '[image]';
      case 'audio':
        return `[audio, ${part.mimeType}, ${part.data.length} characters of base64]`;
      case 'resource_link':
        return `[resource ${part.uri}: ${part.title ?? part.name}${part.description === undefined ? '' : `, ${part.description}`}]`;
      case 'resource':
        return 'text' in part.resource
          ? `[resource ${part.resource.uri}]\n${part.resource.text}`
          : `[resource ${part.resource.uri}, ${part.resource.mimeType ?? 'binary'}, ${part.resource.blob.length} characters of base64]`;
      default:
        return '[a part of a kind that is not known]';
    }
  });
  const structured = structuredContent === undefined ? '' : JSON.stringify(structuredContent);
  // Servers repeat what is structured as text for clients that do not know it.
  const repeated = texts.some((text) => sameJson(text, structured));
  const whole = structured === '' || repeated ? texts : [...texts, structured];
  return { ok: isError !== true, text: whole.join('\n'), images };
}

function sameJson(text: string, json: string): boolean {
  if (!text.trimStart().startsWith('{')) return false;
  try {
    return JSON.stringify(JSON.parse(text)) === json;
  } catch {
    return false;
  }
}
