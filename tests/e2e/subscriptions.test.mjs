// What is told of changes, through real clients of both eras.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { ResourceUpdatedNotificationSchema } from '@modelcontextprotocol/sdk/types.js';

import { doors, open } from './lib/clients.mjs';
import { createApproved } from './lib/story.mjs';
import { World } from './lib/world.mjs';

const tokens = 'tfy://access-tokens';

for (const door of Object.keys(doors))
  test(`${door}: who subscribed hears that a token was made, and nothing after that`, async t => {
    const world = await World.start(t);
    const connection = await open(door, world);
    const { client } = connection;
    let heard;
    const told = new Promise(resolve => (heard = resolve));
    const notified = ({ params }) => heard(params.uri);
    const modern = door.startsWith('modern');
    let subscription;
    if (modern) {
      client.setNotificationHandler('notifications/resources/updated', notified);
      subscription = await client.listen({ resourceSubscriptions: [tokens, 'tfy://approvals/apr_no'] });
      assert.deepEqual(subscription.honoredFilter.resourceSubscriptions, [tokens]);
    } else {
      client.setNotificationHandler(ResourceUpdatedNotificationSchema, notified);
      await client.subscribeResource({ uri: tokens });
      await assert.rejects(client.subscribeResource({ uri: 'tfy://approvals/apr_no' }), /not/i);
    }
    await createApproved(connection, 'is-new', 'none');
    assert.equal(await told, tokens);
    if (modern) await subscription.close();
    else await client.unsubscribeResource({ uri: tokens });
  });

for (const door of ['modern stdio', 'modern HTTP'])
  test(`${door}: a server that stops ends its subscriptions gracefully`, async t => {
    const world = await World.start(t);
    const server = door.endsWith('HTTP') ? await world.serve() : undefined;
    const connection = await open(door, world, { endpoint: server?.endpoint });
    const subscription = await connection.client.listen({ resourcesListChanged: true });
    if (server) await server.process.stop('SIGTERM');
    else process.kill(connection.client.transport.pid, 'SIGTERM');
    assert.equal(await subscription.closed, 'graceful');
  });
