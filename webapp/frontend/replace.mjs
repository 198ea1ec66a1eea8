// Puts a finished build in the place of the former one, beside sites that still run on that.
import { mkdir, readdir, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import path from 'node:path';

const KEPT_AFTER = 24 * 3600 * 1000;

// A site that runs on the former build, and pages that are open in browsers, ask for its files a while longer: they go
// a day after a newer build took their place. The manifest comes last, so whoever starts now finds all it names.
export async function replace(from, to) {
  await mkdir(to, { recursive: true });
  const made = (await readdir(from)).sort((one, other) => (one === 'manifest.json') - (other === 'manifest.json'));
  const former = (await readdir(to)).filter((name) => !name.startsWith('.') && !made.includes(name));
  const before = await built(to);
  for (const name of made) await rename(path.join(from, name), path.join(to, name));
  const now = new Date();
  for (const name of former) {
    const file = path.join(to, name);
    if (before.includes(name)) await utimes(file, now, now);
    else if (now - (await stat(file)).mtime > KEPT_AFTER) await rm(file);
  }
  await writeFile(path.join(to, '.files.json'), JSON.stringify(made));
  await rm(from, { recursive: true });
}

// What the last build made.
async function built(folder) {
  try {
    return JSON.parse(await readFile(path.join(folder, '.files.json'), 'utf8'));
  } catch {
    return [];
  }
}
