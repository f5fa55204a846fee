// Types of turbo.js: the names of @hotwired/turbo 8.0.23, and of types as @types/hotwired__turbo has them.

export interface StreamSource {
  addEventListener(type: "message", listener: (event: MessageEvent) => void, options?: boolean | AddEventListenerOptions): void
  removeEventListener(type: "message", listener: (event: MessageEvent) => void, options?: boolean | EventListenerOptions): void
}

export type TurboStreamAction = (this: StreamElement) => void | Promise<void>
export type TurboStreamActions = Record<string, TurboStreamAction>
export const StreamActions: TurboStreamActions

export interface StreamMessage {
  readonly fragment: DocumentFragment
}

export class StreamElement extends HTMLElement {
  static renderElement(element: StreamElement): Promise<void>
  render(): Promise<void>
  disconnect(): void
  removeDuplicateTargetChildren(): void
  removeDuplicateTargetSiblings(): void
  connectedCallback(): Promise<void>
  readonly action: string
  readonly target: string
  readonly targets: string
  readonly requestId: string
  readonly targetElements: Element[]
  readonly targetElementsById: Element[]
  readonly targetElementsByQuery: Element[]
  readonly duplicateChildren: Element[]
  readonly duplicateSiblings: Element[]
  readonly templateElement: HTMLTemplateElement
  readonly templateContent: DocumentFragment
  readonly performAction: TurboStreamAction
  readonly beforeRenderEvent: TurboBeforeStreamRenderEvent
  readonly description: string
}

export type Render = (currentElement: StreamElement) => Promise<void>

/** Resolves once the runtime answers; rejects when it cannot start, or ends before it was ready. */
export const ready: Promise<void>
/**
 * Resolves once nothing is under way: no visit, request, submission, frame or
 * stream, no prefetch, no refresh that was put off, and every cable
 * subscription is confirmed. The html element then has the attribute
 * data-turbo-settled, which tests of any driver can wait for: it is taken away
 * in the very task in which something begins. It is not there before the
 * runtime answers; where that never will, it comes too, for the page is an
 * ordinary page. What waits for the user is not under way, nor are requests
 * and timers of the application's own.
 */
export function settled(): Promise<void>
/** All of these exports, as @hotwired/turbo-rails has them. */
export * as Turbo from "./turbo.js"
export function renderStreamMessage(message: string | StreamMessage): void
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

/** A visit as its adapter sees it. */
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

export interface ProgressBar {
  hiding: boolean
  value: number
  visible: boolean
  show(): void
  hide(): void
  setValue(value: number): void
}

/** What session.adapter is at first. */
export interface BrowserAdapter extends Adapter {
  progressBar: ProgressBar
  formSubmissionStarted(submission: FormSubmission): void
  formSubmissionFinished(submission: FormSubmission): void
  linkPrefetchingIsEnabledForLocation(location: URL): boolean
}

export function registerAdapter(adapter: Adapter): void

export interface NavigatorDelegate {
  adapter: Adapter
}

export interface Navigator {
  readonly delegate: NavigatorDelegate
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

/** session.preloader. */
export interface Preloader {
  selector: string
  readonly snapshotCache: SnapshotCache
  start(): void
  stop(): void
  preloadURL(link: HTMLAnchorElement): Promise<void>
  preloadOnLoadLinksForView(element: Element): void
}

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
  static fromDocument(document: Pick<Document, "documentElement" | "body" | "head">): PageSnapshot
  readonly element: HTMLElement
  readonly documentElement: HTMLElement
  readonly headElement: HTMLHeadElement
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
  getSetting(name: string): string | null
}

/** The pages seen last; session.view.snapshotCache. */
export interface SnapshotCache {
  size: number
  readonly keys: string[]
  read(location: URL): PageSnapshot | undefined
  write(location: URL, snapshot: PageSnapshot): void
  touch(location: URL): void
  has(location: URL): boolean
  get(location: URL): PageSnapshot | undefined
  put(location: URL, snapshot: PageSnapshot): PageSnapshot
  clear(): void
}

export interface PageView {
  readonly element: HTMLElement
  readonly snapshot: PageSnapshot
  readonly snapshotCache: SnapshotCache
  lastRenderedLocation: URL
  forceReloaded: boolean
  cacheSnapshot(snapshot?: PageSnapshot): Promise<PageSnapshot | undefined>
  getCachedSnapshotForLocation(location: URL): PageSnapshot | undefined
  clearSnapshotCache(): void
}

export interface TurboHistory {
  readonly location: URL
  readonly restorationIdentifier: string
  push(location: URL, restorationIdentifier?: string): void
  replace(location: URL, restorationIdentifier?: string): void
}

/** What all renderers have: the methods are those of the runtime, to be wrapped or replaced. */
export interface Renderer {
  readonly currentSnapshot: PageSnapshot
  readonly newSnapshot: PageSnapshot
  readonly isPreview: boolean
  readonly willRender: boolean
  readonly currentElement: HTMLElement
  readonly newElement: HTMLElement
  readonly shouldRender: boolean
  readonly renderMethod: "replace" | "morph"
  prepareToRender(): Promise<void>
  render(): Promise<void>
  finishRendering(): void
  preservingPermanentElements(callback: () => void | Promise<void>): Promise<void>
  focusFirstAutofocusableElement(): void
}

export interface PageRenderer extends Renderer {
  readonly trackedElementsAreIdentical: boolean
  readonly reloadReason?: { reason: string }
  mergeHead(): Promise<void>
  replaceBody(): Promise<void>
  activateNewBody(): void
  assignNewBody(): Promise<void>
}
export class PageRenderer {
  static renderElement(currentBody: HTMLBodyElement, newBody: HTMLBodyElement): void
}

export interface FrameRenderer extends Renderer {
  loadFrameElement(): void
  scrollFrameIntoView(): boolean
  activateScriptElements(): void
}
export class FrameRenderer {
  static renderElement(currentFrame: FrameElement, newFrame: FrameElement): void
}

export const FrameLoadingStyle: { readonly eager: "eager", readonly lazy: "lazy" }

export class FrameElement extends HTMLElement {
  loaded: Promise<void>
  src: string | null
  refresh: "morph" | null
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
  readonly submitter?: HTMLButtonElement | HTMLInputElement
  readonly fetchRequest: FetchRequest
  readonly state: "initialized" | "requesting" | "waiting" | "receiving" | "stopping" | "stopped"
  readonly result?: { success: boolean, fetchResponse?: FetchResponse, error?: Error }
  readonly body: FormData | URLSearchParams
  readonly enctype: Enctype
  readonly isSafe: boolean
  readonly location: URL
  /** In capitals when it is read. */
  method: string
  action: string
  stop(): true | undefined
}

export type FormSubmissionResult = { formSubmission: FormSubmission } & (
  | { success: true, error?: undefined, fetchResponse: FetchResponse }
  | { success: false, error?: Error, fetchResponse?: FetchResponse }
  | { success?: undefined, error?: undefined, fetchResponse?: undefined }
)

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
  callbacks?: { beforeNodeMorphed?(node: Element, newNode: Element): boolean | void }
}
export function morphElements(current: Element, next: string | Node | ArrayLike<Node> & Iterable<Node>, options?: MorphOptions): void
export function morphChildren(current: Element, next: Element | DocumentFragment, options?: MorphOptions): void
export function morphBodyElements(current: HTMLBodyElement, next: HTMLBodyElement): void
export function morphTurboFrameElements(current: FrameElement, next: FrameElement): void
export function setProgressBarDelay(milliseconds: number): void
export function setConfirmMethod(confirm: Confirm): void
export function setFormMode(mode: FormMode): void

export type TimingData = Partial<Record<"visitStart" | "requestStart" | "requestEnd" | "visitEnd", number>>
export type VisitFallback = (location: string | URL | Response, options?: VisitOptions) => Promise<void>

export type TurboClickEvent = CustomEvent<{ url: string, originalEvent: MouseEvent }>
export type TurboBeforeVisitEvent = CustomEvent<{ url: string }>
export type TurboVisitEvent = CustomEvent<{ url: string, action: Action }>
export type TurboBeforeCacheEvent = CustomEvent<null>
export type TurboBeforeRenderEvent = CustomEvent<{ newBody: HTMLBodyElement, renderMethod: "replace" | "morph", resume(value?: unknown): void, render(currentBody: HTMLBodyElement, newBody: HTMLBodyElement): void | Promise<void> }>
export type TurboRenderEvent = CustomEvent<{ renderMethod: "replace" | "morph" }>
export type TurboLoadEvent = CustomEvent<{ url: string, timing: TimingData }>
export type TurboReloadEvent = CustomEvent<{ reason: string, context?: { statusCode: number } }>
export type TurboBeforeFetchRequestEvent = CustomEvent<{ fetchOptions: Omit<RequestInit, "headers"> & { headers: FetchRequestHeaders }, url: URL, resume(value?: unknown): void, fetchRequest?: { response: Response | Promise<Response> } }>
export type TurboBeforeFetchResponseEvent = CustomEvent<{ fetchResponse: FetchResponse }>
export type TurboFetchRequestErrorEvent = CustomEvent<{ request: FetchRequest, error: Error }>
export type TurboBeforePrefetchEvent = CustomEvent<null>
export type TurboSubmitStartEvent = CustomEvent<{ formSubmission: FormSubmission }>
export type TurboSubmitEndEvent = CustomEvent<FormSubmissionResult>
export type TurboBeforeFrameRenderEvent = CustomEvent<{ newFrame: FrameElement, renderMethod: string, resume(value?: unknown): void, render(currentFrame: FrameElement, newFrame: FrameElement): void | Promise<void> }>
export type TurboFrameRenderEvent = CustomEvent<{ fetchResponse: FetchResponse }>
export type TurboFrameLoadEvent = CustomEvent<null>
export type TurboFrameMissingEvent = CustomEvent<{ response: Response, visit: VisitFallback }>
export type TurboBeforeStreamRenderEvent = CustomEvent<{ newStream: StreamElement, render: Render }>
export type TurboMorphEvent = CustomEvent<{ currentElement: HTMLBodyElement, newElement: HTMLBodyElement }>
export type TurboBeforeMorphElementEvent = CustomEvent<{ currentElement: Element, newElement: Element }>
export type TurboMorphElementEvent = CustomEvent<{ currentElement: Element, newElement: Element }>
export type TurboBeforeMorphAttributeEvent = CustomEvent<{ attributeName: string, mutationType: "update" | "remove" }>
export type TurboBeforeFrameMorphEvent = CustomEvent<{ currentElement: FrameElement, newElement: FrameElement }>
/** A cable stream source is told what becomes of its subscription; these bubble. */
export type TurboCableConnectedEvent = CustomEvent<{ reconnected: boolean }>
export type TurboCableDisconnectedEvent = CustomEvent<{ willAttemptReconnect: boolean, reason?: string }>
/** With our server's reason, expired or revoked for one, if it gives any. */
export type TurboCableRejectedEvent = CustomEvent<{ reason: string } | null>
/** Messages are lost that the server no longer has: unless this is prevented, the page is refreshed. */
export type TurboCableGapEvent = CustomEvent<{ identifier: string }>
/** Told when Go itself fails. */
export type TurboErrorEvent = CustomEvent<{ message: string }>

export interface TurboElementTagNameMap {
  "turbo-frame": FrameElement
  "turbo-stream": StreamElement
  "turbo-stream-source": StreamSourceElement
}

export interface TurboElementEventMap {
  "turbo:before-fetch-request": TurboBeforeFetchRequestEvent
  "turbo:before-fetch-response": TurboBeforeFetchResponseEvent
  "turbo:fetch-request-error": TurboFetchRequestErrorEvent
  "turbo:submit-start": TurboSubmitStartEvent
  "turbo:submit-end": TurboSubmitEndEvent
  "turbo:before-frame-render": TurboBeforeFrameRenderEvent
  "turbo:frame-render": TurboFrameRenderEvent
  "turbo:frame-load": TurboFrameLoadEvent
  "turbo:frame-missing": TurboFrameMissingEvent
}

export interface TurboGlobalEventHandlersEventMap extends TurboElementEventMap {
  "turbo:click": TurboClickEvent
  "turbo:before-visit": TurboBeforeVisitEvent
  "turbo:visit": TurboVisitEvent
  "turbo:before-cache": TurboBeforeCacheEvent
  "turbo:before-render": TurboBeforeRenderEvent
  "turbo:render": TurboRenderEvent
  "turbo:load": TurboLoadEvent
  "turbo:reload": TurboReloadEvent
  "turbo:before-prefetch": TurboBeforePrefetchEvent
  "turbo:before-stream-render": TurboBeforeStreamRenderEvent
  "turbo:morph": TurboMorphEvent
  "turbo:before-morph-element": TurboBeforeMorphElementEvent
  "turbo:morph-element": TurboMorphElementEvent
  "turbo:before-morph-attribute": TurboBeforeMorphAttributeEvent
  "turbo:before-frame-morph": TurboBeforeFrameMorphEvent
  "turbo:cable-connected": TurboCableConnectedEvent
  "turbo:cable-disconnected": TurboCableDisconnectedEvent
  "turbo:cable-rejected": TurboCableRejectedEvent
  "turbo:cable-gap": TurboCableGapEvent
  "turbo:error": TurboErrorEvent
}

/** What window.Turbo is, with all exports. */
export type TurboGlobal = typeof import("./turbo.js")

declare global {
  const Turbo: TurboGlobal
  interface HTMLElementTagNameMap extends TurboElementTagNameMap {}
  interface ElementEventMap extends TurboElementEventMap {}
  interface GlobalEventHandlersEventMap extends TurboGlobalEventHandlersEventMap {}
}

export function fetch(url: RequestInfo | URL, options?: RequestInit): Promise<Response>
export function connectStreamSource(source: StreamSource): void
export function disconnectStreamSource(source: StreamSource): void

export class StreamSourceElement extends HTMLElement {
  readonly src: string
  streamSource: WebSocket | EventSource | null
}

export type Method = "get" | "post" | "put" | "patch" | "delete"
export type Enctype = "application/x-www-form-urlencoded" | "multipart/form-data" | "text/plain"
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

export interface FetchRequestHeaders {
  [header: string]: string | undefined
}

export class FetchRequest {
  constructor(delegate: FetchRequestDelegate, method: string, location: URL, requestBody?: FormData | URLSearchParams, target?: Element | null, enctype?: string)
  url: URL
  method: string
  body: FormData | URLSearchParams
  headers: FetchRequestHeaders
  readonly fetchOptions: RequestInit
  readonly target: HTMLFormElement | HTMLAnchorElement | FrameElement | null
  readonly enctype: Enctype
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
  readonly isHTML: boolean
  readonly statusCode: number
  readonly contentType: string
  readonly responseText: Promise<string>
  readonly responseHTML: Promise<string>
  header(name: string): string | undefined
}

export interface SubmitterConfig {
  beforeSubmit(submitter: HTMLElement): void
  afterSubmit(submitter: HTMLElement): void
}

export interface DriveConfig {
  enabled: boolean
  progressBarDelay: number
  unvisitableExtensions: Set<string>
}

export type FormMode = "on" | "optin" | "off"
export type Confirm = (message: string, element: HTMLFormElement, submitter: HTMLElement | null) => boolean | Promise<boolean>

export interface FormsConfig {
  mode: FormMode
  confirm?: Confirm
  get submitter(): SubmitterConfig
  set submitter(value: "disabled" | "aria-disabled" | SubmitterConfig)
}

export interface ScriptsConfig {
  /** Refuse scripts of pages, frames and streams whose own nonce is not that of the page's `<meta name="csp-nonce">`. Otherwise pages and frames give it to those that have none. */
  requireNonce: boolean
}

export interface TurboConfig {
  drive: DriveConfig
  forms: FormsConfig
  /**
   * For how many milliseconds clicks and submits that come before the runtime are held for it; then the browser follows
   * plain links and sends plain forms by itself. 0 leaves those to the browser at once.
   */
  earlyInputTimeout: number
  scripts: ScriptsConfig
}
export const config: TurboConfig

export interface StreamObserver {
  readonly sources: Set<StreamSource>
  readonly started: boolean
  start(): void
  stop(): void
  connectStreamSource(source: StreamSource): void
  disconnectStreamSource(source: StreamSource): void
  streamSourceIsConnected(source: StreamSource): boolean
  receiveMessageHTML(html: string): void
  receiveMessageResponse(response: { responseHTML: Promise<string | undefined> }): Promise<void>
}

export interface TurboSession extends NavigatorDelegate {
  readonly navigator: Navigator
  readonly cache: Cache
  readonly history: TurboHistory
  readonly view: PageView
  enabled: boolean
  readonly started: boolean
  readonly recentRequests: Set<string>
  /** What is under way, to be looked at where a page does not settle. */
  readonly pending: Set<unknown>
  pageRefreshDebouncePeriod: number
  drive: boolean
  formMode: FormMode
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
  receivedMessageFromStream(message: string | StreamMessage): void
  readonly streamObserver: StreamObserver
  readonly preloader: Preloader
  elementIsNavigatable(element: Element): boolean
  submissionIsNavigatable(form: HTMLFormElement, submitter?: HTMLElement): boolean
  willFollowLinkToLocation(link: Element, location: URL, event: MouseEvent): boolean
  willSubmitForm(form: HTMLFormElement, submitter?: HTMLElement): boolean
  streamMessageRenderer: { render(message: string | StreamMessage): void }
  connectStreamSource: typeof connectStreamSource
  disconnectStreamSource: typeof disconnectStreamSource
  elementIsNavigatable(element: Element): boolean
  submissionIsNavigatable(form: HTMLFormElement, submitter?: HTMLElement): boolean
}
export const session: TurboSession

export interface CableMixin {
  initialized?(): void
  connected?(detail: { reconnected: boolean }): void
  disconnected?(detail: { willAttemptReconnect: boolean, reason?: string }): void
  rejected?(detail?: { reason: string }): void
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
