/**
 * What libraries refuse in words that tell neither what came nor what to send instead, in ours. They know their messages
 * by nothing but the text: one that has changed is shown as it is.
 */

const BODY_FORM = 'Send JSON such as {"query": "{ __typename }", "variables": {}}.';

const WORDS: readonly (readonly [RegExp, string])[] = [
  [
    /^This operation has been blocked as a potential Cross-Site Request Forgery/,
    'A GET needs the header "apollo-require-preflight: 1", which no foreign page can send by itself (CSRF). ' +
      'Or send a POST with "content-type: application/json".',
  ],
  [/^POST body missing|^Missing body/, `The request holds no operation. ${BODY_FORM}`],
  [
    /^GraphQL operations must contain a non-empty `query`|^Missing query/,
    `The query is missing. ${BODY_FORM}`,
  ],
  [/^Operation batching disabled/, 'A request takes one operation, not a list of them. Send each by itself.'],
  [/^GET requests only support query operations/, 'Only queries can be sent by GET. Send mutations by POST.'],
  [
    /^An 'accept' header was provided/,
    'The Accept header leaves out JSON: allow application/json here, or ask /graphql/stream for an event stream.',
  ],
  [/^Unsupported Media Type/, `The Content-Type must be application/json. ${BODY_FORM}`],
];

/** The message in our words, or as it is. */
export function inPlainWords(message: string): string {
  return WORDS.find(([theirs]) => theirs.test(message))?.[1] ?? message;
}

/** The same for a body that is no JSON. */
export function noJson(what: string, why: string, isEmpty: boolean): string {
  return isEmpty ? `${what} is empty. ${BODY_FORM}` : `${what} can not be read as JSON: ${why}. ${BODY_FORM}`;
}
