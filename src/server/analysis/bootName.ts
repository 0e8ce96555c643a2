/** What only sets up, by its name, whoever calls it: `init…`, `register…` and the like. */
export const setUpName =
  /^(?:constructor|main|(?:bootstrap|boot|init|initiali[sz]e|set_?up|configure|install|mount|register|unregister|create\w*Module|forRoot|forFeature)(?:Async)?(?![a-z])\w*)$/;

/** What may well run when an app starts or ends, by its name: that, hooks of the life cycle, and `load…`, `connect…`, `start…`. */
export const bootName = new RegExp(
  `${setUpName.source}|^(?:(?:on|before)[A-Z]\\w*|(?:discover|explore|scan|load|preload|seed|warm|start|stop|connect|disconnect|destroy|dispose|shutdown|reset)(?![a-z])\\w*)$`,
);
