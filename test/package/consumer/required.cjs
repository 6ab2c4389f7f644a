const { OktaOobStrategy } = require('passport-okta-oob')
const { serve } = require('./serve.cjs')

serve(OktaOobStrategy)
