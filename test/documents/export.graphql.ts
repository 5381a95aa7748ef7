/** Where the tests find downloads. */
import { graphql } from '../generated/gql.js';

export const ExportUrls = graphql(`
  query ExportUrls($id: ID!) {
    usageExecution(id: $id) {
      csv: exportUrl(format: CSV)
      jsonl: exportUrl(format: JSONL)
    }
  }
`);
