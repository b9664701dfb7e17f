import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { isOnBattery } from '../../../src/adapters/system/battery.ts';

type Supply = Readonly<Record<string, string>>;
const battery = { type: 'Battery', status: 'Discharging' };
const mains = { type: 'Mains', online: '1' };

describe('a machine on its battery', () => {
  let folder: string;
  before(function () {
    if (process.platform !== 'linux') this.skip();
  });
  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'magus-power-'));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  const says = async (supplies: Readonly<Record<string, Supply>>): Promise<boolean> => {
    for (const [name, entries] of Object.entries(supplies)) {
      await mkdir(path.join(folder, name));
      for (const [entry, text] of Object.entries(entries)) await writeFile(path.join(folder, name, entry), `${text}\n`);
    }
    return isOnBattery(folder);
  };

  it('is one whose battery discharges', async () => {
    assert.equal(await says({ BAT0: battery, AC: { ...mains, online: '0' } }), true);
  });

  it('is none with mains, none that charges, and none whose mouse has a battery', async () => {
    assert.equal(await says({ BAT0: battery, AC: mains }), false);
    assert.equal(await says({ BAT1: { ...battery, status: 'Charging' } }), false);
    await rm(folder, { recursive: true });
    await mkdir(folder);
    assert.equal(await says({ mouse: { ...battery, scope: 'Device' } }), false);
  });

  it('is none where nothing can be known', async () => {
    assert.equal(await says({}), false);
    assert.equal(await isOnBattery(path.join(folder, 'missing')), false);
  });
});
