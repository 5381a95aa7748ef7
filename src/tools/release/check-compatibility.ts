/**
 * Fails when the contract breaks clients of the last release and the version does not say so, or when the changelog is
 * silent on a change that may surprise them. Takes the project's folder, if it is not this one.
 */
import { compareContracts } from './compatibility.js';
import { readContracts, report, ROOT } from './project.js';

const { problems } = await compareContracts(await readContracts(process.argv[2] ?? ROOT));
report(problems);
