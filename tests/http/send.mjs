// SPDX-License-Identifier: AGPL-3.0-or-later
// Requests of a signed-in program over connections that the test chooses.
import http from 'node:http';

/**
 * One request over the agent's connections: {status, headers, json}, json null without a body. A body is
 * sent as a Feature, with PATCH as a merge patch.
 */
export function send({ agent, port, token }, method, target, body, headers = {}) {
  const type = method === 'PATCH' ? 'application/merge-patch+json' : 'application/geo+json';
  return new Promise((resolve, reject) => {
    const request = http.request({
      agent, method, path: target, host: '127.0.0.1', port,
      headers: { Authorization: `Bearer ${token}`, ...(body ? { 'Content-Type': type } : {}), ...headers },
    }, (answer) => {
      let text = '';
      answer.setEncoding('utf8').on('data', (piece) => { text += piece; }).on('end', () => {
        resolve({ status: answer.statusCode, headers: answer.headers, json: text === '' ? null : JSON.parse(text) });
      });
    });
    request.on('error', reject);
    request.end(body === undefined ? undefined : JSON.stringify(body));
  });
}
