import { randomBytes } from 'node:crypto';
import * as vscode from 'vscode';

/** Lets a webview run its script from this extension alone, and shows its page. */
export function fillWebview(webview: vscode.Webview, extensionUri: vscode.Uri, name: 'chat' | 'panel'): void {
  webview.options = {
    enableScripts: true,
    localResourceRoots: [
      vscode.Uri.joinPath(extensionUri, 'dist', 'webview'),
      vscode.Uri.joinPath(extensionUri, 'media'),
    ],
  };
  webview.html = page(webview, extensionUri, name);
}

/** One script, its style sheets, nothing from the network. */
function page(webview: vscode.Webview, extensionUri: vscode.Uri, name: 'chat' | 'panel'): string {
  const nonce = randomBytes(16).toString('base64');
  const address = (...place: string[]): string =>
    webview.asWebviewUri(vscode.Uri.joinPath(extensionUri, ...place)).toString();
  const styles = name === 'panel' ? ['chat', 'panel'] : ['chat'];
  const policy = [
    "default-src 'none'",
    `script-src 'nonce-${nonce}'`,
    `style-src ${webview.cspSource}`,
    `img-src ${webview.cspSource} data:`,
    `font-src ${webview.cspSource}`,
    "form-action 'none'",
    "base-uri 'none'",
    "require-trusted-types-for 'script'",
  ].join('; ');
  return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>OpenMagus</title>
${styles.map((style) => `<link rel="stylesheet" href="${address('media', `${style}.css`)}">`).join('\n')}
</head>
<body class="of-${name}">
<div id="app"></div>
<script nonce="${nonce}" type="module" src="${address('dist', 'webview', `${name}.js`)}"></script>
</body>
</html>`;
}
