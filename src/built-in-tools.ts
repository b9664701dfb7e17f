import type { Tool } from './core/tools/tool.ts';
import { apiCall } from './tools/api/api-call.ts';
import { apiDescribe } from './tools/api/api-describe.ts';
import { apiSearch } from './tools/api/api-search.ts';
import { browserAct } from './tools/browser/browser-act.ts';
import { browserLogs } from './tools/browser/browser-logs.ts';
import { browserOpen } from './tools/browser/browser-open.ts';
import { browserScreenshot } from './tools/browser/browser-screenshot.ts';
import { browserSnapshot } from './tools/browser/browser-snapshot.ts';
import { browserWait } from './tools/browser/browser-wait.ts';
import { dataExport } from './tools/data/data-export.ts';
import { dataInspect } from './tools/data/data-inspect.ts';
import { dataQuery } from './tools/data/data-query.ts';
import { deployApply } from './tools/deploy/deploy-apply.ts';
import { deployDetect } from './tools/deploy/deploy-detect.ts';
import { deployPlan } from './tools/deploy/deploy-plan.ts';
import { deployRollback } from './tools/deploy/deploy-rollback.ts';
import { deployStatus } from './tools/deploy/deploy-status.ts';
import { applyPatch } from './tools/files/apply-patch.ts';
import { deleteFile } from './tools/files/delete-file.ts';
import { editFile } from './tools/files/edit-file.ts';
import { listFiles } from './tools/files/list-files.ts';
import { moveFile } from './tools/files/move-file.ts';
import { readFile } from './tools/files/read-file.ts';
import { undoEdits } from './tools/files/undo-edits.ts';
import { writeFile } from './tools/files/write-file.ts';
import { httpRequest } from './tools/http/http-request.ts';
import { mcpCall } from './tools/mcp/mcp-call.ts';
import { mcpSearch } from './tools/mcp/mcp-search.ts';
import { forget } from './tools/memory/forget.ts';
import { recall } from './tools/memory/recall.ts';
import { remember } from './tools/memory/remember.ts';
import { codeIntel } from './tools/search/code-intel.ts';
import { diagnostics } from './tools/search/diagnostics.ts';
import { findRelevantFiles } from './tools/search/find-relevant-files.ts';
import { searchText } from './tools/search/search-text.ts';
import { commandInput } from './tools/shell/command-input.ts';
import { commandOutput } from './tools/shell/command-output.ts';
import { commandStop } from './tools/shell/command-stop.ts';
import { runCommand } from './tools/shell/run-command.ts';

/** Every tool that ships with OpenMagus. */
export const builtInTools: readonly Tool[] = [
  readFile,
  listFiles,
  searchText,
  findRelevantFiles,
  codeIntel,
  diagnostics,
  editFile,
  applyPatch,
  writeFile,
  deleteFile,
  moveFile,
  undoEdits,
  runCommand,
  commandOutput,
  commandInput,
  commandStop,
  httpRequest,
  remember,
  recall,
  forget,
  dataInspect,
  dataQuery,
  dataExport,
  apiSearch,
  apiDescribe,
  apiCall,
  mcpSearch,
  mcpCall,
  deployDetect,
  deployPlan,
  deployApply,
  deployStatus,
  deployRollback,
  browserOpen,
  browserSnapshot,
  browserAct,
  browserWait,
  browserScreenshot,
  browserLogs,
];
