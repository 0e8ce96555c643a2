/**
 * What V8 calls its own code, once its profiler is told of it: one of JavaScript's `function`s (`ArrayPrototypeSort`), or a
 * part of what the language itself does, an `operation`: loading a property, calling, adding (`LoadIC`, `Add_Baseline`).
 */
export type BuiltinKind = "function" | "operation";

/**
 * The kind of V8's code of this name; `undefined` for a name that V8 does not give. An addon may have a function of the
 * same name.
 */
export function builtinKind(name: string): BuiltinKind | undefined {
  if (operations.test(name) || families.test(name)) {
    return "operation";
  }
  return functions.test(name) ? (inlined.test(name) ? "operation" : "function") : undefined;
}

/** Whether it calls what it is given for each entry of a list: `Array.prototype.map`, or a step of it. */
export function callsGiven(name: string): boolean {
  return /^Array(?:Prototype)?(?:ForEach|Map|Filter|ReduceRight|Reduce|Some|Every|Find(?:Last)?(?:Index)?)(?:Loop\w*)?$/.test(
    name,
  );
}

/** Whether it is what runs the jobs of promises, or a part of that. */
export function isOfJobs(name: string): boolean {
  return /^runMicrotasks$|Microtask|Promise|^Async/.test(name);
}

/** Whether it is a step of each call of a JavaScript function. */
export function isCall(name: string): boolean {
  return /^Call(?:(?:Function)?_Receiver|BoundFunction|ForwardVarargs|Varargs|With)/.test(name);
}

/**
 * How much (0 to 1) of an operation's time is seen below the function that it works for. V8 unwinds from the frame
 * pointer: while an operation without a frame of its own is on top, the function that uses it is missing from the stack,
 * and the one that calls this is shown instead. Measured on Node.js 22, 24 and 26 alike.
 */
export function keptByUser(name: string): number {
  return frameless.test(name) ? 0 : (sometimesFramed.find(([names]) => names.test(name))?.[1] ?? 1);
}

/** The name that people know: `Array.prototype.sort`; `undefined` for a part of such a function (`ArrayTimSort`). */
export function shownBuiltin(name: string): string | undefined {
  shown ??= namesShown();
  return shown.get(name);
}

/**
 * JavaScript's own functions begin with the name of their object. The others are steps of them, which have no frame of
 * their own: where one is on top, that of its caller is missing.
 */
const functions =
  /^CEntry_\w*_BuiltinExit$|^(?:Array|ArrayBuffer|AsyncIterator|AsyncDisposableStack|Atomics|BigInt|Boolean|CallSite|Collator|DataView|Date|DateTimeFormat|DisplayNames|DisposableStack|DurationFormat|Error|FinalizationRegistry|Function|Global|Intl|Iterator|Json|ListFormat|Locale|Map|Number|NumberFormat|Object|PluralRules|Promise|Proxy|Reflect|RegExp|RelativeTimeFormat|Segment|Segmenter|SegmentIterator|Segments|Set|ShadowRealm|SharedArray|SharedArrayBuffer|String|Symbol|Temporal|TypedArray|Uint8Array|WeakMap|WeakRef|WeakSet|FindOrderedHash|AggregateError|SuppressedError|WeakCollection)(?=[A-Z])|^ParseInt$|^(?:GroupByGeneric|FastFunctionPrototypeBind|FlatMapIntoArray|GenericArray(?:ToReversed|With))$|^FlattenIntoArray|^(?:Copy|CopyFastSmiOrObjectElements|CreateHTML|ExtractFastJSArray|GallopLeft|GallopRight|JoinStack(?:Pop|Push)|MemCopyUint8Uint8|MemMove|MergeAt|OrderedHashTableHealIndex|SortCompare(?:Default|UserFn)|SubString|WrapForValidIteratorPrototype(?:Next|Return)|ConvertToLocaleString|OrdinaryGetOwnPropertyDescriptor|GetOwnPropertyDescriptor|GetProperty|GetPropertyWithReceiver|ToInteger|ToLength)$|^[A-Z]\w*Elements(?:Accessor)?_0$/;

/** Operators, iteration, and functions that optimized code has in itself or that cost hardly anything. */
const inlined =
  /^(?:String(?:Add|Equal|LessThan|GreaterThan|Compare$|CharAt$|FromCharCode$|FromCodePointAt$|Substring$|SlowFlatten$|ToNumber$|ToList$|PrototypeC(?:harAt|harCodeAt|odePointAt)$|PrototypeAt$)|BigInt(?!AsIntN|AsUintN|Prototype|Constructor)|Number(?:ToString|Is\w+|Constructor)$|(?:Object|Boolean|Symbol)Constructor$|Proxy(?!Constructor|Revo)|Set(?:Property|DataProperties|ContinuationPreservedEmbedderData)$|ObjectPrototypeHasOwnProperty$|ObjectHasOwn$|DateNow$|Reflect(?:Apply|Construct)$|Function(?:PrototypeCall|PrototypeApply|PrototypeHasInstance|LogNextExecution)$|Promise(?!All|Any|Race)|Array(?:ForEach|Map|Filter|ReduceRight|Reduce|Some|Every|Push|Pop|IsArray|PrototypePush|PrototypePop|PrototypeAt|PrototypeFind\w*|\w+Loop\w*)$|(?:Array|Map|Set|String)IteratorPrototypeNext$)/;

/** Those that have no frame of their own, at least where they are quick. */
const frameless =
  /^(?:Load|Store)IC_Megamorphic$|ICTrampoline(?:_Megamorphic)?$|^String(?:Equal|(?:Less|Greater)Than(?:OrEqual)?|Add_CheckNone|Substring|FromCodePointAt)$|^NumberToString$|^GrowFast(?:Double|SmiOrObject)Elements$|^ForInEnumerate$|^DoubleToI$/;

const sometimesFramed: readonly (readonly [names: RegExp, kept: number])[] = [
  [/^KeyedLoadIC_Megamorphic$/, 0.2],
  [/^DefineNamedOwnIC$/, 0.5],
];

/** By what stands at their end or beginning. */
const families =
  /IC(?:Baseline|Trampoline|InsideTypeof\w*|_\w+)?$|_(?:Baseline(?:_Compact)?|WithFeedback|WithEmbeddedFeedback|NoFeedback)$|^CEntry_(?!\w*_BuiltinExit$)\w*|^Call(?:Function)?_Receiver|^CallFunctionTemplate_|^Math[A-Z]|Continuation(?:WithResult)?$|^[A-Z]\w+Handler$|^[A-Z]\w+Trampoline(?:_Megamorphic\w*|ForProfiling)?$|^Wasm[A-Z]|^WebAssemblyString|^Console[A-Z]|^ContinueTo|^JSTo(?:Wasm|JS)|^Interpreter(?:Enter|Entry|Push|On|Forward)|^LoadIC|^ThrowWasmTrap|^Baseline(?:On|Or|OutOf|Leave)|^Maglev[A-Z]|^DeoptimizationEntry_|^(?:Create|Fast)(?:Shallow|Empty|New|Array\w*SlowBoilerplate|Object\w*(?:SlowBoilerplate|WithoutProperties))|^Async(?:Function|Generator|FromSyncIterator|Await|DisposeFrom|Module)[A-Z]|^Generator(?:Function|Prototype)[A-Z]|^Construct(?:$|BoundFunction|Forward|Function|Proxy|Varargs|With|ed)|^Call(?:Api|Async|Bound|ForwardVarargs|Function|Iterator|NamedInterceptor|Proxy|Varargs|With|Wrapped)[A-Z]?|^CopyDataProperties|^HandleApiC|^AdaptorWithBuiltinExitFrame|^ElementsTransitionAndStore_|^IterableTo(?:FixedArray|List)|^(?:Lookup|Store|Load)(?:\w*Context|From\w+Cell)|^(?:Non|Ordinary|Plain)(?:Number|Primitive)?To\w+|^Allocate(?:IfMutable|In|Regular)|(?:IgnoreFP|SaveFP)$|^ForIn[A-Z]|^ForOfNext|^To(?:BigInt|Boolean|Name|Number|Numeric|Object|String)(?:$|Convert|ForBaseline)|^(?:Enqueue|Run)Microtasks?$|^PerformPromiseThen|^(?:Fulfill|Reject|Resolve)Promise$|^(?:GetIterator|GetTemplateObject|GetContinuationPreserved|GetImportMeta)|^New(?:HeapNumber|Promise|Rest|Sloppy|Strict|SmiBox)/;

/** Each by itself. */
const operations =
  /^(?:Add|Subtract|Multiply|Divide|Modulus|Exponentiate|Increment|Decrement|Negate|Bitwise(?:And|Or|Xor|Not)|Shift(?:Left|Right|RightLogical)|Equal|StrictEqual|StrictEqualAndTryPatchCode|(?:Less|Greater)Than(?:OrEqual)?|InstanceOf|Typeof|SameValue|SameValueNumbersOnly|HasProperty|DeleteProperty|OrdinaryHasInstance|(?:Add|AddLhs|AddRhs)IsStringConstant\w+|CloneFastJSArray|CloneFastJSArrayFillingHoles|CompileLazy|CompileLazyDeoptimizedCode|CreateDataProperty|FastCreateDataProperty|CreateGeneratorObject|CreateIterResultObject|CreateRegExpLiteral|CreateTypedArray|CreateAsyncFromSyncIteratorBaseline|DetachContextCell|DirectCEntry|DoubleToI|EmptyFunction1?|FastConsoleAssert|FindNonDefaultConstructorOrConstruct|(?:Float64|Int32|Smi)ToString|GenericJSToWasmWrapper|GrowFast(?:Double|SmiOrObject)Elements|I32PairToBigInt|I64ToBigInt|IncBlockCounter|InstantiateAsmJs|JS(?:Builtins|)ConstructStub(?:Generic)?|JSConstructEntry|JSEntry|JSRunMicrotasksEntry|Mark(?:Reoptimize)?LazyDeoptimized|NotifyDeoptimized|Optimize(?:Maglev|Turbofan)Eager|(?:Resume|Suspend)GeneratorBaseline|ReturnReceiver|ReturnTwoValues|SharedSpaceJSObjectHasInstance|Start(?:Maglev|Turbofan)OptimizeJob|ThrowAsBuiltin|ThrowDataView\w+|UintPtr53ToNumber)$/;

let shown: Map<string, string> | undefined;

/** V8's names of the functions that there are, made from their own as V8 makes them. */
function namesShown(): Map<string, string> {
  const names = new Map<string, string>([
    ["FindOrderedHashMapEntry", "Map.prototype.get"],
    ["FindOrderedHashSetEntry", "Set.prototype.has"],
    ["ParseInt", "parseInt"],
    ["RegExpPrototypeTestFast", "RegExp.prototype.test"],
    ["RegExpMatchFast", "String.prototype.match"],
    ["RegExpSearchFast", "String.prototype.search"],
    ["RegExpReplace", "String.prototype.replace"],
    ["RegExpSplit", "String.prototype.split"],
    ["StringPrototypeToLowerCaseIntl", "String.prototype.toLowerCase"],
    ["StringToLowerCaseIntl", "String.prototype.toLowerCase"],
    ["StringPrototypeToUpperCaseIntl", "String.prototype.toUpperCase"],
    ["StringFastLocaleCompare", "String.prototype.localeCompare"],
  ]);
  const typedArray: unknown = Object.getPrototypeOf(Uint8Array);
  const objects = [...Object.getOwnPropertyNames(globalThis).flatMap(globalValue), ["TypedArray", typedArray] as const];
  for (const [object, value] of objects) {
    const start = object === "JSON" ? "Json" : object;
    if (/^[A-Z]/.test(object) && isObject(value)) {
      names.set(`${start}Constructor`, object);
      addMethods(value, (method) => [`${start}${capital(method)}`, `${object}.${method}`]);
      const prototype: unknown = Object.getOwnPropertyDescriptor(value, "prototype")?.value;
      if (isObject(prototype)) {
        addMethods(prototype, (method) => [`${start}${capital(method)}`, `${object}.prototype.${method}`]);
        addMethods(prototype, (method) => [`${start}Prototype${capital(method)}`, `${object}.prototype.${method}`]);
      }
    } else if (typeof value === "function") {
      names.set(`Global${capital(object)}`, object);
    }
  }
  return names;

  function addMethods(of: object, nameOf: (method: string) => readonly [key: string, shown: string]): void {
    for (const [method, { value }] of Object.entries(Object.getOwnPropertyDescriptors(of))) {
      if (typeof value === "function" && method !== "constructor") {
        const [key, name] = nameOf(method);
        if (!names.has(key)) {
          names.set(key, name);
        }
      }
    }
  }
}

/** Without calling a getter: some load what they give. */
function globalValue(name: string): (readonly [name: string, value: unknown])[] {
  const described = Object.getOwnPropertyDescriptor(globalThis, name);
  return described !== undefined && "value" in described ? [[name, described.value]] : [];
}

function isObject(value: unknown): value is object {
  return value !== null && (typeof value === "object" || typeof value === "function");
}

function capital(name: string): string {
  return name.slice(0, 1).toUpperCase() + name.slice(1);
}
