import { expect } from 'chai'
import { fileURLToPath } from 'node:url'
import { startProcess } from '../support/process.ts'

describe('A browser that has started and comes back without a cookie', () => {
  const run = async (environment: string, headers: object = {}): Promise<[string, string]> => {
    const cwd = fileURLToPath(new URL('.', import.meta.url))
    const child = startProcess(process.execPath, ['no-cookie.mjs', JSON.stringify(headers)], {
      cwd,
      env: { NODE_ENV: environment },
    })
    await child.printed(/^(done)$/m)
    await child.stop()
    return [child.output(), child.errors()]
  }

  it('is a process warning outside production, once, about https', async () => {
    const [output, errors] = await run('development')

    expect(output).to.equal('Error: Cookies are needed\nError: Cookies are needed\ndone\n')
    expect(errors.match(/OKTA_OOB_COOKIE/g)).to.have.length(1)
    expect(errors).to.include('`secure`').and.include('https').and.not.include('trust proxy')
  })

  it('is one about the proxy, where there is one', async () => {
    const [, errors] = await run('development', { 'x-forwarded-proto': 'https' })

    expect(errors).to.include('app.set("trust proxy", 1)')
  })

  it('is one where there are other cookies, whose page is that of a sign-in that is over', async () => {
    const [output, errors] = await run('development', { cookie: 'theme=dark' })

    expect(output).to.not.include('Cookies are needed')
    expect(errors.match(/OKTA_OOB_COOKIE/g)).to.have.length(1)
  })

  it('is none in production, and of the page only', async () => {
    const [output, errors] = await run('production')

    expect(output).to.include('Cookies are needed')
    expect(errors).to.not.include('OKTA_OOB_COOKIE')
  })
})
