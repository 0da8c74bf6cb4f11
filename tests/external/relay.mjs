// The Relay compiler takes operations of the guide as they stand there; what it makes of them is sent to the server.
//   node relay.mjs asked.json schema.graphql
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

const { url, authorization, operations } = JSON.parse(readFileSync(process.argv[2], 'utf8'));
const here = resolve('relay');
rmSync(here, { recursive: true, force: true });
mkdirSync(join(here, 'src'), { recursive: true });
writeFileSync(join(here, 'schema.graphql'), readFileSync(process.argv[3]));
writeFileSync(join(here, 'package.json'), '{"type": "module"}');
writeFileSync(join(here, 'relay.config.json'), JSON.stringify({
  src: './src', schema: './schema.graphql', language: 'javascript', eagerEsModules: true, artifactDirectory: './made',
}));
mkdirSync(join(here, 'made'));
for (const { name, document } of operations) { // Relay wants an operation to be named after its module
  const module = name.replace(/(Query|Mutation|Subscription)$/, '');
  writeFileSync(join(here, 'src', `${module}.js`), `import { graphql } from 'relay-runtime';\ngraphql\`${document}\`;\n`);
}
execFileSync(process.execPath, [resolve('node_modules/relay-compiler/cli.js'), 'relay.config.json'], { cwd: here, stdio: 'inherit' });

let failed = 0;
for (const { name, variables } of operations) {
  try {
    const { default: made } = await import(pathToFileURL(join(here, 'made', `${name}.graphql.js`)));
    const response = await fetch(url, {
      method: 'POST',
      headers: { authorization, 'content-type': 'application/json', accept: 'application/graphql-response+json' },
      body: JSON.stringify({ query: made.params.text, operationName: made.params.name, variables }),
    });
    const { data, errors } = await response.json();
    if (errors || Object.values(data).some((value) => value === null || value.userErrors?.length)) {
      throw new Error(JSON.stringify(errors ?? data));
    }
    console.log('ok     ', name);
  } catch (error) {
    failed += 1;
    console.log('FAILED ', name, '|', error.message);
  }
}
console.log(`${operations.length - failed} passed, ${failed} failed`);
process.exit(failed ? 1 : 0);
