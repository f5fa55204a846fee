// Types of turbo.js, the names of @hotwired/turbo 8.0.23.

export interface StreamSource {
  addEventListener(type: "message", listener: (event: MessageEvent) => void, options?: boolean | AddEventListenerOptions): void
  removeEventListener(type: "message", listener: (event: MessageEvent) => void, options?: boolean | EventListenerOptions): void
}

export type StreamAction = (this: StreamElement) => void | Promise<void>
export const StreamActions: { [action: string]: StreamAction }

export class StreamElement extends HTMLElement {
  static renderElement(element: StreamElement): Promise<void>
  render(): Promise<void>
  disconnect(): void
  removeDuplicateTargetChildren(): void
  removeDuplicateTargetSiblings(): void
  readonly action: string | null
  readonly target: string | null
  readonly targets: string | null
  readonly requestId: string | null
  readonly targetElements: Element[]
  readonly targetElementsById: Element[]
  readonly targetElementsByQuery: Element[]
  readonly duplicateChildren: Element[]
  readonly duplicateSiblings: Element[]
  readonly templateElement: HTMLTemplateElement
  readonly templateContent: DocumentFragment
  readonly performAction: StreamAction
  readonly beforeRenderEvent: CustomEvent<BeforeStreamRenderDetail>
  readonly description: string
}

export interface BeforeStreamRenderDetail {
  newStream: StreamElement
  render(element: StreamElement): void | Promise<void>
}

/** Resolves once the runtime answers; rejects when it cannot start. */
export const ready: Promise<void>
export function renderStreamMessage(message: string | { fragment: DocumentFragment }): void
export function start(): void
export type Action = "advance" | "replace" | "restore"

export interface VisitOptions {
  action?: Action
  frame?: string
  acceptsStreamResponse?: boolean
  historyChanged?: boolean
  updateHistory?: boolean
  referrer?: URL
  response?: { statusCode: number, responseHTML?: string, redirected: boolean }
  snapshot?: PageSnapshot
  snapshotHTML?: string
  visitCachedSnapshot?(snapshot: PageSnapshot): void
  willRender?: boolean
  shouldCacheSnapshot?: boolean
  direction?: "forward" | "back" | "none"
  refresh?: { method?: string | null, scroll?: string | null }
  restorationIdentifier?: string
}

export function visit(location: string | URL, options?: VisitOptions): void

/** A visit as its adapter and turbo:visit see it. */
export interface Visit {
  readonly identifier: string
  readonly location: URL
  readonly action: Action
  readonly direction: string
  readonly referrer?: URL
  readonly restorationIdentifier: string
  readonly response?: VisitOptions["response"]
  readonly redirectedToLocation?: URL
  readonly isPageRefresh: boolean
  readonly state: "initialized" | "started" | "completed" | "failed" | "canceled"
  start(): void
  cancel(): void
  complete(): void
  fail(): void
  changeHistory(): void
  issueRequest(): void
  startRequest(): void
  recordResponse(response?: VisitOptions["response"]): void
  finishRequest(): void
  loadResponse(): void
  hasCachedSnapshot(): boolean
  loadCachedSnapshot(): void
  performScroll(): void
  getTimingMetrics(): Partial<Record<"visitStart" | "requestStart" | "requestEnd" | "visitEnd", number>>
}

export interface Adapter {
  visitProposedToLocation(location: URL, options?: VisitOptions): void
  visitStarted(visit: Visit): void
  visitRequestStarted(visit: Visit): void
  visitRequestCompleted(visit: Visit): void
  visitRequestFailedWithStatusCode(visit: Visit, statusCode: number): void
  visitRequestFinished(visit: Visit): void
  visitRendered(visit: Visit): void
  visitCompleted(visit: Visit): void
  visitFailed(visit: Visit): void
  pageInvalidated(reason: { reason: string, context?: { statusCode: number } }): void
  formSubmissionStarted?(submission: FormSubmission): void
  formSubmissionFinished?(submission: FormSubmission): void
  linkPrefetchingIsEnabledForLocation?(location: URL): boolean
}

export function registerAdapter(adapter: Adapter): void

export interface Navigator {
  readonly currentVisit?: Visit
  readonly formSubmission?: FormSubmission
  readonly location: URL
  readonly restorationIdentifier: string
  readonly rootLocation: URL
  readonly adapter: Adapter
  proposeVisit(location: URL, options?: VisitOptions): void
  startVisit(location: string | URL, restorationIdentifier?: string, options?: VisitOptions): void
  submitForm(form: HTMLFormElement, submitter?: HTMLElement): void
  stop(): void
}
export const navigator: Navigator

export interface Cache {
  clear(): void
  resetCacheControl(): void
  exemptPageFromCache(): void
  exemptPageFromPreview(): void
}
export const cache: Cache

export class PageSnapshot {
  static fromHTMLString(html?: string): PageSnapshot
  static fromElement(element: Element): PageSnapshot
  static fromDocument(document: Document): PageSnapshot
  readonly element: HTMLElement
  readonly documentElement: HTMLElement
  readonly lang: string | null
  readonly dir: string | null
  readonly rootLocation: URL
  readonly cacheControlValue: string | null
  readonly isPreviewable: boolean
  readonly isCacheable: boolean
  readonly isVisitable: boolean
  readonly prefersViewTransitions: boolean
  readonly refreshMethod: string | null
  readonly refreshScroll: string | null
  readonly firstAutofocusableElement?: HTMLElement
  readonly permanentElements: NodeListOf<Element>
  clone(): PageSnapshot
  hasAnchor(anchor?: string): boolean
  getElementForAnchor(anchor?: string): Element | null
  getPermanentElementById(id: string): Element | null
}

export class PageRenderer {
  static renderElement(currentBody: HTMLBodyElement, newBody: HTMLBodyElement): void
}

export class FrameRenderer {
  static renderElement(currentFrame: FrameElement, newFrame: FrameElement): void
}

export const FrameLoadingStyle: { readonly eager: "eager", readonly lazy: "lazy" }

export class FrameElement extends HTMLElement {
  loaded: Promise<void>
  src: string | null
  refresh: string | null
  loading: "eager" | "lazy"
  disabled: boolean
  autoscroll: boolean
  readonly complete: boolean
  readonly isActive: boolean
  readonly isPreview: boolean
  reload(): Promise<void>
}

export interface FormSubmission {
  readonly formElement: HTMLFormElement
  readonly submitter?: HTMLElement
  readonly fetchRequest: FetchRequest
  readonly state: "initialized" | "requesting" | "waiting" | "receiving" | "stopping" | "stopped"
  readonly result?: { success: boolean, fetchResponse?: FetchResponse, error?: Error }
  readonly body: FormData | URLSearchParams | null
  readonly enctype: string
  readonly isSafe: boolean
  readonly location: URL
  method: string
  action: string
  stop(): true | undefined
}

export interface MorphOptions {
  /** Whether the element itself or its children alone become the new content. */
  morphStyle?: "outerHTML" | "innerHTML"
  /** Gives the focus back to the field that had it; true unless said otherwise. */
  restoreFocus?: boolean
  /** Leaves the focused element as it is. */
  ignoreActive?: boolean
  /** Leaves the value and the children of the focused element as they are. */
  ignoreActiveValue?: boolean
  head?: { style?: "merge" | "append" | "morph" | "none", ignore?: boolean, shouldPreserve?(element: Element): boolean, shouldReAppend?(element: Element): boolean, shouldRemove?(element: Element): boolean }
  /** false leaves a node, which is about to become newNode or to be removed, as it is. */
  callbacks?: { beforeNodeMorphed?(node: Node, newNode?: Node): boolean | void }
}
export function morphElements(current: Element, next: string | Node | ArrayLike<Node> & Iterable<Node>, options?: MorphOptions): void
export function morphChildren(current: Element, next: Element | DocumentFragment, options?: MorphOptions): void
export function morphBodyElements(current: HTMLBodyElement, next: HTMLBodyElement): void
export function morphTurboFrameElements(current: FrameElement, next: FrameElement): void
export function setProgressBarDelay(milliseconds: number): void
export function setConfirmMethod(confirm: (message: string, form: HTMLFormElement, submitter?: HTMLElement) => boolean | Promise<boolean>): void
export function setFormMode(mode: "on" | "optin" | "off"): void

/** Events of Turbo's, for addEventListener. */
declare global {
  interface TurboEventMap {
    "turbo:click": CustomEvent<{ url: string, originalEvent: MouseEvent }>
    "turbo:before-visit": CustomEvent<{ url: string }>
    "turbo:visit": CustomEvent<{ url: string, action: Action }>
    "turbo:before-cache": CustomEvent<null>
    "turbo:before-render": CustomEvent<{ newBody: HTMLBodyElement, renderMethod: "replace" | "morph", resume(value?: unknown): void, render(currentBody: HTMLBodyElement, newBody: HTMLBodyElement): void | Promise<void> }>
    "turbo:morph": CustomEvent<{ currentElement: HTMLBodyElement, newElement: HTMLBodyElement }>
    "turbo:before-frame-morph": CustomEvent<{ currentElement: FrameElement, newElement: FrameElement }>
    "turbo:before-morph-element": CustomEvent<{ currentElement: Element, newElement?: Element }>
    "turbo:before-morph-attribute": CustomEvent<{ attributeName: string, mutationType: "update" | "remove" }>
    "turbo:morph-element": CustomEvent<{ currentElement: Element, newElement: Element }>
    "turbo:render": CustomEvent<{ renderMethod: "replace" | "morph" }>
    "turbo:load": CustomEvent<{ url: string, timing: Record<string, number> }>
    "turbo:reload": CustomEvent<{ reason: string, context?: { statusCode: number } }>
    "turbo:submit-start": CustomEvent<{ formSubmission: FormSubmission }>
    "turbo:submit-end": CustomEvent<{ formSubmission: FormSubmission, success?: boolean, fetchResponse?: FetchResponse, error?: Error }>
    "turbo:before-fetch-request": CustomEvent<{ fetchOptions: RequestInit & { headers: Record<string, string> }, url: URL, resume(value?: unknown): void, fetchRequest?: { response: Response | Promise<Response> } }>
    "turbo:before-fetch-response": CustomEvent<{ fetchResponse: FetchResponse }>
    "turbo:fetch-request-error": CustomEvent<{ request: FetchRequest, error: Error }>
    "turbo:before-frame-render": CustomEvent<{ newFrame: FrameElement, renderMethod: string, resume(value?: unknown): void, render(currentFrame: FrameElement, newFrame: FrameElement): void | Promise<void> }>
    "turbo:frame-render": CustomEvent<{ fetchResponse: FetchResponse }>
    "turbo:frame-load": CustomEvent<null>
    "turbo:frame-missing": CustomEvent<{ response: Response, visit(location: string | URL | Response, options?: VisitOptions): Promise<void> }>
    "turbo:before-prefetch": CustomEvent<null>
    "turbo:before-stream-render": CustomEvent<BeforeStreamRenderDetail>
    "turbo:error": CustomEvent<{ message: string }>
  }
  interface WindowEventMap extends TurboEventMap {}
  interface DocumentEventMap extends TurboEventMap {}
  interface HTMLElementEventMap extends TurboEventMap {}
}

export function fetch(url: RequestInfo | URL, options?: RequestInit): Promise<Response>
export function connectStreamSource(source: StreamSource): void
export function disconnectStreamSource(source: StreamSource): void

export class StreamSourceElement extends HTMLElement {
  readonly src: string
  streamSource: WebSocket | EventSource | null
}

export type Method = "get" | "post" | "put" | "patch" | "delete"
export const FetchMethod: { readonly [method in Method]: method }
export const FetchEnctype: { readonly urlEncoded: string, readonly multipart: string, readonly plain: string }
export function fetchMethodFromString(method: string): Method | undefined
export function fetchEnctypeFromString(enctype: string): string
export function isSafe(method: string): boolean

export interface FetchRequestDelegate {
  referrer?: URL
  prepareRequest(request: FetchRequest): void
  requestStarted(request: FetchRequest): void
  requestPreventedHandlingResponse(request: FetchRequest, response: FetchResponse): void
  requestSucceededWithResponse(request: FetchRequest, response: FetchResponse): void
  requestFailedWithResponse(request: FetchRequest, response: FetchResponse): void
  requestErrored(request: FetchRequest, error: Error): void
  requestFinished(request: FetchRequest): void
}

export class FetchRequest {
  constructor(delegate: FetchRequestDelegate, method: string, location: URL, requestBody?: FormData | URLSearchParams, target?: Element | null, enctype?: string)
  url: URL
  method: string
  body: FormData | URLSearchParams | null
  headers: Record<string, string>
  readonly fetchOptions: RequestInit & { headers: Record<string, string> }
  readonly target: Element | null
  readonly enctype: string
  readonly location: URL
  readonly params: URLSearchParams
  readonly entries: [string, FormDataEntryValue][]
  readonly isSafe: boolean
  readonly abortController: AbortController
  perform(): Promise<FetchResponse | void>
  cancel(): void
  acceptResponseType(type: string): void
}

export class FetchResponse {
  constructor(response: Response)
  readonly response: Response
  readonly succeeded: boolean
  readonly failed: boolean
  readonly clientError: boolean
  readonly serverError: boolean
  readonly redirected: boolean
  readonly location: URL
  readonly isHTML: unknown
  readonly statusCode: number
  readonly contentType: string | null
  readonly responseText: Promise<string>
  readonly responseHTML: Promise<string | undefined>
  header(name: string): string | null
}

export interface SubmitterStrategy {
  beforeSubmit(submitter: HTMLElement): void
  afterSubmit(submitter: HTMLElement): void
}

export const config: {
  drive: { enabled: boolean, progressBarDelay: number, unvisitableExtensions: Set<string> }
  forms: {
    mode: "on" | "optin" | "off"
    confirm?: (message: string, form: HTMLFormElement, submitter?: HTMLElement) => boolean | Promise<boolean>
    get submitter(): SubmitterStrategy
    set submitter(value: "disabled" | "aria-disabled" | SubmitterStrategy)
  }
}

export const session: {
  readonly navigator: Navigator
  readonly cache: Cache
  adapter: Adapter
  enabled: boolean
  readonly started: boolean
  readonly recentRequests: Set<string>
  pageRefreshDebouncePeriod: number
  drive: boolean
  formMode: "on" | "optin" | "off"
  progressBarDelay: number
  readonly location: URL
  readonly restorationIdentifier: string
  readonly snapshot: PageSnapshot
  start(): void
  stop(): void
  disable(): void
  visit(location: string | URL, options?: VisitOptions): void
  refresh(url: string, options?: string | { method?: string | null, requestId?: string | null, scroll?: string | null }): void
  registerAdapter(adapter: Adapter): void
  clearCache(): void
  renderStreamMessage: typeof renderStreamMessage
  connectStreamSource: typeof connectStreamSource
  disconnectStreamSource: typeof disconnectStreamSource
  elementIsNavigatable(element: Element): boolean
  submissionIsNavigatable(form: HTMLFormElement, submitter?: HTMLElement): boolean
}

export interface CableMixin {
  initialized?(): void
  connected?(detail: { reconnected: boolean }): void
  disconnected?(detail: { willAttemptReconnect: boolean }): void
  rejected?(): void
  received?(data: unknown): void
  [name: string]: unknown
}

export interface CableSubscription {
  readonly identifier: string
  perform(action: string, data?: object): boolean
  send(data: object): boolean
  unsubscribe(): CableSubscription
}

export interface CableConsumer {
  readonly url: string
  readonly subscriptions: { create(channel: string | object, mixin?: CableMixin & ThisType<CableSubscription & CableMixin>): CableSubscription }
  connect(): boolean
  disconnect(): void
  send(data: object): boolean
}

/** The helpers of @hotwired/turbo-rails. */
export const cable: {
  getConsumer(): Promise<CableConsumer>
  setConsumer(consumer: CableConsumer): CableConsumer
  createConsumer(url?: string): Promise<CableConsumer>
  subscribeTo(channel: string | object, mixin?: CableMixin & ThisType<CableSubscription & CableMixin>): Promise<CableSubscription>
}
