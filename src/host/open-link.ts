import * as vscode from 'vscode';
import { hostIsListed } from '../core/security/host-list.ts';
import { holdsSecret } from '../core/security/redact.ts';
import { visibleText } from '../protocol/visible-text.ts';
import type { Confirmer } from './confirm.ts';

/**
 * Opens a link that a model wrote in the user's browser, after asking: an address can carry out whatever stands in it. Hosts
 * that the user has allowed are opened at once, unless the address holds something like a key or a name before its host.
 */
export async function openLink(address: string, allowedHosts: readonly string[], confirmer: Confirmer): Promise<void> {
  const url = URL.parse(address);
  if (url === null || !/^https?:$/.test(url.protocol)) return;
  const secret = holdsSecret(url.href);
  const named = url.username !== '' || url.password !== '';
  if (secret || named || !hostIsListed(url.hostname, allowedHosts)) {
    const warnings = [
      secret ? '\n\nIt holds something that looks like a key or a password.' : '',
      named ? `\n\nWhat stands before the @ is no host: it leads to ${visibleText(url.hostname)}.` : '',
    ];
    const allowed = await confirmer.confirm({
      title: `Open a page of ${visibleText(url.hostname)} in your browser?`,
      detail: `A model wrote this link. Whatever stands in it is told to that host:\n\n${visibleText(url.href)}${warnings.join('')}`,
      action: 'Open',
    });
    if (!allowed) return;
  }
  await openInBrowser(url);
}

/**
 * Opens exactly this address. VS Code takes a string as well and hands it on as it is; its own Uri would lose what is escaped
 * in the address, and with that even its host.
 */
export async function openInBrowser(url: URL): Promise<boolean> {
  return vscode.env.openExternal(url.href as unknown as vscode.Uri);
}
