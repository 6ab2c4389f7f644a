import OktaOobStrategyByDefault, { OktaOobStrategy } from 'passport-okta-oob'
import { serve } from './serve.cjs'

if (OktaOobStrategyByDefault !== OktaOobStrategy) {
  throw new Error('the default export is not the strategy')
}
serve(OktaOobStrategy)
