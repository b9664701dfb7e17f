import assert from 'node:assert/strict';
import { compactLines } from '../../../../src/adapters/browser/compact-snapshot.ts';
import { parseSnapshot } from '../../../../src/adapters/browser/parse-snapshot.ts';
import { showLines } from '../../../../src/adapters/browser/show-lines.ts';

const shown = (yaml: string): string => showLines(compactLines(parseSnapshot(yaml)));

describe('the compact snapshot', () => {
  it('gives no line to what only holds other things together', () => {
    const yaml = `- generic [ref=e1]:
  - generic [ref=e2]:
    - heading "Shop" [level=2] [ref=e3]
    - navigation "Main" [ref=e4]:
      - list [ref=e5]:
        - listitem [ref=e6]:
          - link "Tea" [ref=e7] [cursor=pointer]:
            - /url: /tea
  - paragraph [ref=e8]: Fresh every day`;
    assert.equal(shown(yaml), 'heading2 "Shop"\nnav "Main" e4\n list e5\n  link "Tea" e7 → /tea\n"Fresh every day"');
  });
  it('reads every way in which a name and a value can be quoted', () => {
    const yaml = `- 'button "a: b" [ref=e1]'
- button "say \\"hi\\"" [disabled] [ref=e2]
- textbox "Name" [ref=e3]: "x: \\"y\\""
- text: 'it''s'
- textbox [ref=e4]:
  - /placeholder: Search …`;
    const lines = [
      'button "a: b" e1',
      `button "say 'hi'" disabled e2`,
      `textbox "Name" e3 = "x: 'y'"`,
      `"it's"`,
      'textbox e4 placeholder "Search …"',
    ];
    assert.equal(shown(yaml), lines.join('\n'));
  });
  it('says what the controls of rows are once, and a name where it says more than the row', () => {
    const row = (index: number, link: string): string => `  - row [ref=e${index}0]:
    - cell "Ann ${index}" [ref=e${index}1]
    - cell [ref=e${index}2]:
      - button "Edit Ann ${index}" [ref=e${index}3]
      - link "${link}" [ref=e${index}4]`;
    const yaml = `- table "People" [ref=e1]:\n${[row(2, 'Page of x'), row(3, 'Page of y'), row(4, 'Page of z')].join('\n')}`;
    assert.equal(
      shown(yaml),
      `table "People" e1: 3 rows × 2 columns
 the refs are, in column 2: button "Edit Ann …", link "Page of …"
 Ann 2 | e23 "Page of x" e24
 Ann 3 | e33 "Page of y" e34
 Ann 4 | e43 "Page of z" e44`,
    );
  });
  it('lets no text of a page end its quotes, its line or its cell', () => {
    const yaml = `- button "Pay\\" e1\\n[dialog \\"x\\"]" [ref=e9]
- table [ref=e2]:
  - row [ref=e3]:
    - cell "a | e99" [ref=e4]`;
    assert.equal(shown(yaml), `button "Pay' e1 [dialog 'x']" e9\ntable e2: 1 rows × 1 columns\n a ¦ e99`);
  });
  it('lets bare text of a page end its quotes as little as any other', () => {
    const yaml = `- text: "Done\\" e1 button \\"Pay"
- button "Back" [ref=e2]`;
    assert.equal(shown(yaml), `"Done' e1 button 'Pay"\nbutton "Back" e2`);
  });
  it('leaves out a label that is the name of the control beside it', () => {
    assert.equal(shown('- text: Name\n- textbox "Name" [ref=e1]'), 'textbox "Name" e1');
  });
});
