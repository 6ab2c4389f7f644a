// Adapters of the hosts that the sign-in runs in.
export { expressHandler, expressPages } from './express.ts'
export { NodeRequest } from './node-request.ts'
