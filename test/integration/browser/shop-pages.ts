import type http from 'node:http';
import { page, peopleTable } from './site.ts';

/** The pages of the journeys. */
export function shopPages(
  request: http.IncomingMessage,
  body: string,
  response: http.ServerResponse,
): string | undefined {
  const url = new URL(request.url ?? '/', 'http://shop.test');
  if (url.pathname === '/download') {
    response.setHeader('content-type', 'text/csv');
    response.setHeader('content-disposition', 'attachment; filename="report.csv"');
    return 'a,b\n1,2\n';
  }
  if (url.pathname === '/api/items') return '["Tea","Coffee"]';
  if (url.pathname === '/slow') {
    setTimeout(() => response.end('late'), 300);
    return undefined;
  }
  if (url.pathname === '/session') {
    const user = new URLSearchParams(body).get('user') ?? '';
    response.setHeader('set-cookie', `user=${user}`);
    response.writeHead(303, { location: '/account' });
    response.end();
    return undefined;
  }
  if (url.pathname === '/account')
    return page('Account', `<h1>Hello ${/user=(\w+)/.exec(request.headers.cookie ?? '')?.[1] ?? 'nobody'}</h1>`);
  if (url.pathname === '/received')
    return page('Received', `<p>Got ${/filename="([^"]+)"/.exec(body)?.[1] ?? body.replaceAll('&', ', ')}</p>`);
  if (url.pathname === '/search') return page('Found', `<p>Results for ${url.searchParams.get('q')}</p>`);
  if (url.pathname === '/people') return peopleTable();
  if (url.pathname.startsWith('/people/')) return page('Person', `<h1>Person ${url.pathname.slice(8)}</h1>`);
  return pages[url.pathname];
}

const pages: Readonly<Record<string, string>> = {
  '/login': page(
    'Sign in',
    '<form method=post action=/session><label>User <input name=user></label><label>Password <input type=password name=word></label><button>Sign in</button></form>',
  ),
  '/search-form': page('Search', '<form action=/search role=search><input name=q aria-label=Search></form>'),
  '/checkout': page(
    'Checkout',
    `<form method=post action=/received><fieldset><legend>Delivery</legend><label><input type=radio name=way value=post> Post</label>
     <label><input type=radio name=way value=van> Van</label></fieldset><label><input type=checkbox name=gift> Gift</label>
     <label>Country <select name=country><option value=de>Germany<option value=se>Sweden</select></label>
     <label>Note <textarea name=note></textarea></label><button>Order</button></form>`,
  ),
  '/upload': page(
    'Upload',
    '<form method=post action=/received enctype=multipart/form-data><label>Picture <input type=file name=picture></label><button>Send</button></form>',
  ),
  '/frames': page('Frames', '<h1>Outer</h1><iframe title=Inner src=/inner></iframe>'),
  '/inner': page('Inner', '<iframe title=Deep src=/deep></iframe>'),
  '/deep': page('Deep', '<button onclick="this.textContent=\'Pressed\'">Press</button>'),
  '/shadow': page(
    'Shadow',
    `<magus-card></magus-card><script>customElements.define('magus-card', class extends HTMLElement { constructor() { super();
      this.attachShadow({ mode: 'open' }).innerHTML = '<label>Amount <input></label><button>Double</button><output></output>';
      const [input, button, out] = ['input', 'button', 'output'].map((name) => this.shadowRoot.querySelector(name));
      button.onclick = () => { out.textContent = 'It is ' + input.value * 2; }; } });</script>`,
  ),
  '/dialogs': page(
    'Dialogs',
    `<button onclick="said.textContent = confirm('Really?') ? 'yes' : 'no'">Ask</button>
     <button onclick="said.textContent = 'name: ' + prompt('Name?')">Name</button><p id=said></p>`,
  ),
  '/spa': page(
    'Shop',
    `<nav><a href=/items id=to>Items</a></nav><main></main><script>
     const main = document.querySelector('main');
     to.onclick = async (event) => { event.preventDefault(); history.pushState(0, '', '/items');
       const items = await (await fetch('/api/items')).json();
       main.innerHTML = '<h2>Items</h2><ul>' + items.map((item) => '<li>' + item + ' <button>Add ' + item + '</button></li>').join('') + '</ul><p id=cart></p>';
       let count = 0;
       for (const button of main.querySelectorAll('button')) button.onclick = () => { count += 1; cart.textContent = count + ' in the cart'; }; };
     </script>`,
  ),
  '/tabs': page('First', '<a href=/account target=_blank>Account</a>'),
  '/downloads': page('Downloads', '<a href=/download>Report</a>'),
  '/keys': page(
    'Keys',
    `<label>Find <input id=finder role=combobox aria-expanded=false aria-controls=list></label><ul id=list role=listbox hidden><li role=option>Apple<li role=option>Pear</ul><p id=said></p>
     <script>let at = -1; const all = [...list.children];
     finder.onkeydown = (event) => { if (event.key === 'ArrowDown') { list.hidden = false; at += 1; all.forEach((each, index) => each.setAttribute('aria-selected', index === at)); }
       if (event.key === 'Enter') { said.textContent = 'Chose ' + all[at].textContent; list.hidden = true; } };</script>`,
  ),
  '/late': page(
    'Late',
    `<button onclick="said.textContent='Working …'; fetch('/slow').then((a) => a.text()).then((text) => { said.textContent = 'Ready: ' + text; })">Start</button><p id=said></p>`,
  ),
  '/menu': page(
    'Menu',
    `<button aria-expanded=false onclick="menu.hidden=!menu.hidden; this.setAttribute('aria-expanded', !menu.hidden)">More</button><ul id=menu role=menu hidden><li role=menuitem tabindex=-1 onclick="said.textContent='Archived'">Archive</ul><p id=said></p>`,
  ),
  '/modal': page(
    'Modal',
    `<button onclick="box.showModal()">Delete</button><dialog id=box aria-label="Are you sure?"><form method=dialog><button onclick="said.textContent='Deleted'">Yes</button><button>No</button></form></dialog><p id=said></p>`,
  ),
  '/editor': page(
    'Editor',
    '<div contenteditable role=textbox aria-label=Text oninput="said.textContent = this.textContent.length + \' characters\'"></div><p id=said></p>',
  ),
  '/details': page('Questions', '<details><summary>Why?</summary><p>Because of tea.</p></details>'),
  '/slider': page(
    'Slider',
    '<input type=range min=0 max=10 value=5 aria-label=Volume oninput="said.textContent = \'At \' + value"><p id=said></p><script>console.log("volume ready")</script>',
  ),
};
