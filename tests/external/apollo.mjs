// Apollo Client runs operations of the guide as they stand there: queries and mutations over HTTP, subscriptions over WebSocket.
//   node apollo.mjs asked.json
import { readFileSync } from 'node:fs';
import { ApolloClient, HttpLink, InMemoryCache, gql } from '@apollo/client';
import { GraphQLWsLink } from '@apollo/client/link/subscriptions';
import { createClient } from 'graphql-ws';
import WebSocket from 'ws';

const { url, authorization, operations } = JSON.parse(readFileSync(process.argv[2], 'utf8'));
const live = createClient({
  url: url.replace(/^http/, 'ws'), webSocketImpl: WebSocket, connectionParams: { authorization }, retryAttempts: 0,
});
const http = new HttpLink({ uri: url, headers: { authorization } });
const clients = {
  query: new ApolloClient({ link: http, cache: new InMemoryCache() }),
  subscription: new ApolloClient({ link: new GraphQLWsLink(live), cache: new InMemoryCache() }),
};
const asked = {
  query: (query, variables) => clients.query.query({ query, variables }),
  mutation: (mutation, variables) => clients.query.mutate({ mutation, variables }),
  subscription: (query, variables) => new Promise((resolve, reject) => {
    clients.subscription.subscribe({ query, variables }).subscribe({ next: resolve, error: reject });
  }),
};
let failed = 0;
for (const { name, kind, document, variables } of operations) {
  try {
    const { data, error } = await asked[kind](gql(document), variables);
    if (error) throw error;
    if (Object.values(data).some((value) => value === null || value.userErrors?.length)) throw new Error(JSON.stringify(data));
    console.log('ok     ', name);
  } catch (error) {
    failed += 1;
    console.log('FAILED ', name, '|', error.message);
  }
}
console.log(`${operations.length - failed} passed, ${failed} failed`);
process.exit(failed ? 1 : 0);
