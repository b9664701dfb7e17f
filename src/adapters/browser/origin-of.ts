/** "example.com:443": where a connection goes. */
export function originOf({ hostname, port, protocol }: URL): string {
  return `${hostname}:${port || (protocol === 'https:' || protocol === 'wss:' ? 443 : 80)}`;
}
