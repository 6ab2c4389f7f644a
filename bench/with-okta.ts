import { exampleClient } from '../example/okta/client.ts'
import { startWorker, type Worker } from './worker.ts'

/** Okta, and what can start apps that use it. All of them end with the measure. */
export interface WithOkta {
  okta: Worker
  start(program: string): Promise<Worker>
  stop(): Promise<void>
}

/** Starts Okta for one measure, which nothing measured before has warmed up. */
export async function startOkta(): Promise<WithOkta> {
  const okta = await startWorker('okta.ts')
  const env = {
    OKTA_OAUTH2_ISSUER: await okta.ask<string>('issuer'),
    OKTA_OAUTH2_CLIENT_ID: exampleClient.client_id,
    OKTA_OAUTH2_CLIENT_SECRET: exampleClient.client_secret,
  }
  const workers = [okta]
  return {
    okta,
    start: async (program) => {
      const worker = await startWorker(program, env)
      workers.push(worker)
      return worker
    },
    stop: async () => {
      await Promise.all(workers.map((worker) => worker.stop()))
    },
  }
}
