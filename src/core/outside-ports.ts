import type { Apis } from './api/api-port.ts';
import type { Browser } from './browser-port.ts';
import type { Deployments } from './deploy/deployment.ts';
import type { McpServers } from './mcp/mcp-port.ts';
import type { Web } from './web-port.ts';

/** Services that others run, and what was deployed to them. Everything they answer is text from outside. */
export interface OutsidePorts {
  readonly web: Web;
  readonly mcp: McpServers;
  readonly apis: Apis;
  readonly deployments: Deployments;
  readonly browser: Browser;
}
