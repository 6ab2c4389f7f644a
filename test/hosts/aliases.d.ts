// The oldest supported majors, installed under other names beside the newest ones.

declare module 'express4' {
  import express from 'express'
  export default express
}

declare module 'koa2' {
  import Koa from 'koa'
  export default Koa
}
