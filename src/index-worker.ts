import { walkFolder } from './adapters/files/walk-folder.ts';
import { serveIndex } from './adapters/sqlite/workspace-index/serve-index.ts';
import { isOnBattery } from './adapters/system/battery.ts';

/** Entry of the thread that keeps the workspace index: its composition root. */
serveIndex({ walk: walkFolder, isOnBattery });
