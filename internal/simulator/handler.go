package simulator

import (
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"astro-apply/internal/simulator/constraint"
	"astro-apply/internal/simulator/faulty"
)

// call is one authorized request. The server sets parent, target and body if the operation has them.
type call struct {
	caller    claims
	kind      *kindSpec
	request   *http.Request
	query     url.Values
	operation *constraint.Operation
	parent    *resource // the resource in the path that contains the target
	target    *resource // the resource in the path
	body      object    // without null members
	fields    []string  // that the body can have
}

// handlerFunc executes a call and returns the response body. A nil body is returned as 204.
type handlerFunc func(*Server, *call) any

// newHandler returns the handler of all requests. It answers 404 to an operation that the document doesn't have, or
// that isn't simulated.
func (s *Server) newHandler() http.Handler {
	const organization = "/organizations/{organizationId}"
	mux := http.NewServeMux()
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		message := "Not found: " + r.Method + " isn't simulated for this path"
		s.writeError(w, &faulty.Error{StatusCode: http.StatusNotFound, Message: message})
	})
	for _, k := range s.kinds {
		for pattern, handle := range k.handlers() {
			method, path, _ := strings.Cut(pattern, " ")
			if o := constraint.Load().Operations[method+" "+organization+path]; o != nil && handle != nil {
				mux.HandleFunc(method+" /v1"+organization+path, func(w http.ResponseWriter, r *http.Request) {
					s.serve(w, &call{kind: k, request: r, query: r.URL.Query(), operation: o}, handle)
				})
			}
		}
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.mu.Lock()
		defer s.mu.Unlock()
		mux.ServeHTTP(w, r)
	})
}

// serve executes a call and writes the response.
func (s *Server) serve(w http.ResponseWriter, c *call, handle handlerFunc) {
	if f := faulty.Injected(c.request); f != nil && f.WrongResource {
		handle = mixUp(f, handle)
	}
	switch body, refused := s.execute(c, handle); {
	case refused != nil:
		s.writeError(w, refused)
	case body == nil:
		w.WriteHeader(http.StatusNoContent)
	default:
		faulty.WriteJSON(w, http.StatusOK, body)
	}
}

func (s *Server) writeError(w http.ResponseWriter, body *faulty.Error) {
	s.serials["request"]++
	body.RequestID = faulty.UUID(fmt.Sprint("request ", s.serials["request"]))
	faulty.WriteJSON(w, body.StatusCode, body)
}

// mixUp returns a handler that returns another resource of the kind than handle, like a cache or gateway that mixes up
// responses. If there is no other one, it returns the resource with another ID. It doesn't change a response that
// identifies no resource, such as a list, or the only one, which is new.
func mixUp(f *Fault, handle handlerFunc) handlerFunc {
	return func(s *Server, c *call) any {
		saved := map[string][]*resource{}
		for kind, all := range s.stored {
			for _, o := range all {
				saved[kind] = append(saved[kind], o.clone())
			}
		}
		body := handle(s, c)
		own, _ := body.(object)
		id := cmp.Or(getString(own, "id"), getString(own, "inviteId"))
		o := s.findWhere(c.kind.name, func(o *resource) bool { return o.id != id })
		if id == "" || o == nil && c.target == nil {
			return body
		}
		other := maps.Clone(own)
		if o == nil {
			other["id"] = fixedCUID("another " + c.kind.name)
		} else {
			other = tokenWithValue(o, c.kind.read(s, o))
		}
		if !f.WithSecret || other["token"] == "" {
			delete(other, "token")
		}
		if !f.Applied {
			s.stored = saved
		}
		if len(own) == 1 {
			return object{"id": other["id"]}
		}
		return other
	}
}

// execute returns the response body of a call, or why the server refuses it.
func (s *Server) execute(c *call, handle handlerFunc) (body any, refused *faulty.Error) {
	defer func() {
		switch cause := recover().(type) {
		case nil:
		case *faulty.Error:
			refused = cause
		default:
			panic(cause)
		}
	}()
	s.authenticate(c)
	requireAccess(s.allowsCaller(s.ipRanges()), "IP address %s is not allowed", s.options.CallerAddress)
	if c.kind.parent != "" {
		c.parent = s.findTarget(c, s.kinds[c.kind.parent])
	}
	if c.request.PathValue(c.kind.idName()) != "" {
		c.target = s.findTarget(c, c.kind)
		if c.request.Method != http.MethodGet && c.kind.beforeChange != nil {
			c.kind.beforeChange(s, c)
		}
	}
	if c.operation.Body != "" {
		s.readBody(c)
	}
	return handle(s, c), nil
}

// findTarget returns the resource of a kind in the path. Without access to it, the answer is 403, even if it doesn't
// exist.
func (s *Server) findTarget(c *call, k *kindSpec) *resource {
	id := c.request.PathValue(k.idName())
	o, owner := s.find(k.name, id), id
	if o != nil {
		owner = k.ownerOf(o.state)
	}
	if c.parent != nil && owner != c.parent.id {
		o, owner = nil, c.parent.id
	}
	requireAccess(s.canAccess(c.caller, owner), "the token has no access to %s '%s'", k.title, id)
	requireStatus(http.StatusNotFound, o != nil, "%s '%s' does not exist", k.title, id)
	return o
}

// readBody decodes the body of a request, and checks it against the document.
func (s *Server) readBody(c *call) {
	sent, err := io.ReadAll(c.request.Body)
	require(err == nil && json.Unmarshal(sent, &c.body) == nil && c.body != nil, "the body must be a JSON object")
	variant := ""
	switch {
	case c.target != nil:
		variant = c.target.getString("type")
	case c.parent == nil:
		owner := c.kind.ownerOf(c.body)
		requireAccess(s.canAccess(c.caller, owner), "the token isn't allowed to change this %s", c.kind.title)
	}
	fields, invalid := constraint.Load().CheckBody(c.operation, c.body, variant)
	requireValid(invalid)
	dropNulls(c.body)
	c.fields = fields
}

// handleList lists the Workspaces or Deployments that the caller has access to. Lists of other kinds contain all
// resources of the Organization, or of the Workspace or Deployment in the query or path if the caller has access to it.
func (k *kindSpec) handleList(s *Server, c *call) any {
	isEntity, owner := slices.Contains(k.owner, "id"), ""
	if k.owner != nil {
		owner = cmp.Or(c.query.Get("workspaceId"), c.query.Get("deploymentId"))
	}
	requireAccess(isEntity || c.parent != nil || s.canAccess(c.caller, owner),
		"the token isn't allowed to list these %ss", k.title)
	if k.beforeList != nil {
		k.beforeList(c)
	}
	all := s.filter(k.name, func(o *resource) bool {
		return (!isEntity || s.canAccess(c.caller, o.id)) && (c.parent == nil || k.ownerOf(o.state) == c.parent.id) &&
			k.isSelected(s, c, o)
	})
	return c.listPage(k.plural, all, func(o *resource) object {
		view := k.read(s, o)
		if k.item != nil {
			k.item(c, view)
		}
		return view
	})
}

// isSelected reports whether the filters in the query select a resource. The API's comparison of names isn't known;
// here, a substring matches, and case doesn't matter.
func (k *kindSpec) isSelected(s *Server, c *call, o *resource) bool {
	for parameter := range c.operation.Query {
		selects := func(wanted string) bool {
			switch parameter {
			case "names":
				return strings.Contains(strings.ToLower(o.getString("name")), strings.ToLower(wanted))
			case "workspaceIds", "deploymentIds":
				return o.id == wanted || o.getString("workspaceId") == wanted
			case "workspaceId", "deploymentId":
				if k.belongsTo != nil {
					return k.belongsTo(s, c, o, wanted)
				}
				return o.refersTo(wanted)
			case "includeOnlyOrganizationTokens":
				return wanted != "true" || o.getString("scope") == scopeOrganization
			}
			member, isFilter := map[string]string{
				"provider": "cloudProvider", "scopeTypes": "scopeType", "kind": "kind", "objectType": "objectType",
				"objectKey": "objectKey",
			}[parameter]
			return !isFilter || o.getString(member) == wanted
		}
		if c.query.Has(parameter) && !slices.ContainsFunc(c.query[parameter], selects) {
			return false
		}
	}
	return true
}

// listPage returns one page of a list, in order of creation. Without a limit, a page has only 20 items, so a client
// must follow the pages.
func (c *call) listPage(plural string, all []*resource, read func(*resource) object) object {
	requireValid(c.operation.CheckQuery(c.query))
	number := func(name string, fallback int) int {
		if n, err := strconv.Atoi(c.query.Get(name)); err == nil {
			return n
		}
		return fallback
	}
	limit, offset := number("limit", 20), number("offset", 0)
	items := []any{}
	for _, o := range all[min(offset, len(all)):min(offset+limit, len(all))] {
		items = append(items, read(o))
	}
	return object{plural: items, "limit": limit, "offset": offset, "totalCount": len(all)}
}

func (k *kindSpec) handleRead(s *Server, c *call) any { return k.read(s, c.target) }

func (k *kindSpec) handleCreate(s *Server, c *call) any {
	next := &resource{state: c.body}
	if k.validate != nil {
		k.validate(s, c, next, nil)
	}
	o := s.insert(k.name, next.state, c.caller)
	o.pendingStatus = k.createStatus
	view := k.viewOf(s, o, true)
	if k.created != nil {
		return k.created(o, view)
	}
	return view
}

func (k *kindSpec) handleUpdate(s *Server, c *call) any {
	next := c.target.clone()
	for _, name := range c.fields {
		if !k.keepsAll && !slices.Contains(k.keeps, name) {
			delete(next.state, name)
		}
	}
	maps.Copy(next.state, c.body)
	s.markUpdated(next, c.caller)
	next.pendingStatus = k.updateStatus
	if k.validate != nil {
		k.validate(s, c, next, c.target)
	}
	k.fillDefaults(s, next, c.target)
	*c.target = *next
	return k.viewOf(s, c.target, true)
}

func (k *kindSpec) handleDelete(s *Server, c *call) any {
	s.removeWhere(k.name, func(other *resource) bool { return other == c.target })
	s.removeDependents(c.target.id)
	return nil
}
