package simulator

import (
	"encoding/json"
	"io"
	"maps"
	"net/http"
	"strings"
)

// call is one authorized request.
type call struct {
	caller    caller
	request   *http.Request
	operation *operation
	body      object
	schema    *schema // of the body
}

// handlerFunc executes a call and returns the response body. A nil body is returned as 204.
type handlerFunc func(*Server, *call) (any, *requestError)

// newMux returns the handler of all requests. It answers 404 to an operation that the document doesn't have.
func (s *Server) newMux() *http.ServeMux {
	const organization = "/organizations/{organizationId}"
	mux := http.NewServeMux()
	mux.HandleFunc("/", s.refuseUnknown)
	for _, k := range s.kinds {
		for pattern, handle := range k.handlers() {
			method, path, _ := strings.Cut(pattern, " ")
			mux.HandleFunc(method+" /v1"+organization+path, func(w http.ResponseWriter, r *http.Request) {
				if o := loadConstraints().Operations[method+" "+organization+path]; o != nil {
					s.serve(w, &call{request: r, operation: o}, handle)
					return
				}
				s.refuseUnknown(w, r)
			})
		}
	}
	return mux
}

func (s *Server) refuseUnknown(w http.ResponseWriter, r *http.Request) {
	s.writeError(w, &requestError{status: http.StatusNotFound, message: "Not found: " + r.Method + " isn't simulated for this path"})
}

func (s *Server) serve(w http.ResponseWriter, c *call, handle handlerFunc) {
	p := s.authenticate(c)
	if p == nil {
		p = s.checkCallerAddress()
	}
	var body any
	if p == nil {
		body, p = handle(s, c)
	}
	switch {
	case p != nil:
		s.writeError(w, p)
	case body == nil:
		w.WriteHeader(http.StatusNoContent)
	case len(s.returnedTexts) > 0:
		writeJSON(w, http.StatusOK, s.replaceTexts(deepCopy(body)))
	default:
		writeJSON(w, http.StatusOK, body)
	}
}

// readBody decodes the body of a request.
func (c *call) readBody() *requestError {
	sent, err := io.ReadAll(c.request.Body)
	if err != nil || json.Unmarshal(sent, &c.body) != nil || c.body == nil {
		return badRequestError("the body must be a JSON object")
	}
	return nil
}

// checkBody checks the body against the constraints of the request, and deletes null members. If the request has variants,
// variant selects one of them.
func (c *call) checkBody(variant string) *requestError {
	var p *requestError
	if c.schema, p = loadConstraints().variantOf(c.operation.Body, variant); p == nil {
		p = invalidFieldsError(c.schema.checkMembers(c.body, ""))
	}
	dropNulls(c.body)
	return p
}

// decodeBody decodes and checks the body of a request without variants.
func (c *call) decodeBody() *requestError {
	if p := c.readBody(); p != nil {
		return p
	}
	return c.checkBody("")
}

// requireOrganizationAccess refuses tokens that are limited to Workspaces or Deployments.
func (c *call) requireOrganizationAccess(verb, title string) *requestError {
	if !c.caller.hasOrganizationAccess() {
		return forbiddenError("the token isn't allowed to %s %s", verb, title)
	}
	return nil
}

// reach returns the resource in the path. Without access to it, the answer is 403, even if it doesn't exist.
func (k *kindSpec) reach(s *Server, c *call) (*resource, *requestError) {
	id := c.request.PathValue(k.idName())
	o, access := s.find(k.name, id), c.caller.hasOrganizationAccess()
	switch {
	case k.parent != "":
		if p := k.reachParent(s, c); p != nil {
			return nil, p
		}
		access = true
		if o != nil && !k.isInParent(s, c, o) {
			o = nil
		}
	case k.canAccess != nil:
		access = k.canAccess(s, c.caller, id, o)
	}
	switch {
	case o != nil && access:
		return o, nil
	case access || c.caller.hasOrganizationAccess():
		return nil, notFoundError(k.title, id)
	}
	return nil, forbiddenError("the token has no access to %s '%s'", k.title, id)
}

// reachParent checks the access to the parent in the path.
func (k *kindSpec) reachParent(s *Server, c *call) *requestError {
	if k.parent == "" {
		return nil
	}
	_, p := s.kinds[k.parent].reach(s, c)
	return p
}

// isInParent reports whether a resource belongs to the parent in the path.
func (k *kindSpec) isInParent(s *Server, c *call, o *resource) bool {
	name := s.kinds[k.parent].idName()
	return o.getString(name) == c.request.PathValue(name)
}

func (k *kindSpec) handleList(s *Server, c *call) (any, *requestError) {
	all, p := s.stored[k.name], k.reachParent(s, c)
	switch {
	case p != nil:
	case k.list != nil:
		all, p = k.list(s, c)
	case k.parent != "":
		all = s.filter(k.name, func(o *resource) bool { return k.isInParent(s, c, o) })
	default:
		p = c.requireOrganizationAccess("list", k.title+"s")
	}
	if p != nil {
		return nil, p
	}
	return c.listPage(k.plural, all, func(o *resource) object {
		view := k.read(s, o)
		if k.item != nil {
			k.item(s, c, view)
		}
		return view
	})
}

func (k *kindSpec) handleRead(s *Server, c *call) (any, *requestError) {
	o, p := k.reach(s, c)
	if p != nil {
		return nil, p
	}
	return k.read(s, o), nil
}

func (k *kindSpec) handleCreate(s *Server, c *call) (any, *requestError) {
	p := k.reachParent(s, c)
	if p == nil {
		p = c.readBody()
	}
	switch {
	case p != nil:
	case k.beforeCreate != nil:
		p = k.beforeCreate(s, c)
	case k.parent == "":
		p = c.requireOrganizationAccess("create", k.title+"s")
	}
	if p == nil {
		variant := ""
		if d := loadConstraints().Schemas[c.operation.Body].Discriminator; d != nil {
			variant = getString(c.body, d.PropertyName)
		}
		p = c.checkBody(variant)
	}
	next := &resource{state: maps.Clone(c.body)}
	if p == nil && k.validate != nil {
		p = k.validate(s, c, next, nil)
	}
	if p != nil {
		return nil, p
	}
	if k.parent != "" {
		name := s.kinds[k.parent].idName()
		next.state[name] = c.request.PathValue(name)
	}
	s.initialize(next, k.name, c.caller)
	next.pendingStatus = k.createStatus
	k.fillDefaults(s, next, nil)
	s.add(k.name, next)
	view := k.readWritten(s, next)
	if k.created != nil {
		view = k.created(next, view)
	}
	return view, nil
}

func (k *kindSpec) handleUpdate(s *Server, c *call) (any, *requestError) {
	old, p := k.reach(s, c)
	if p == nil && k.beforeChange != nil {
		p = k.beforeChange(s, old, false)
	}
	if p == nil {
		p = c.readBody()
	}
	if p == nil {
		p = c.checkBody(old.getString("type"))
	}
	if p != nil {
		return nil, p
	}
	next := old.clone()
	for name := range c.schema.Properties {
		if k.keeps == nil || !k.keeps(name) {
			delete(next.state, name)
		}
	}
	maps.Copy(next.state, c.body)
	s.markUpdated(next, c.caller)
	next.pendingStatus = k.updateStatus
	if k.validate != nil {
		if p := k.validate(s, c, next, old); p != nil {
			return nil, p
		}
	}
	k.fillDefaults(s, next, old)
	*old = *next
	return k.readWritten(s, old), nil
}

func (k *kindSpec) handleDelete(s *Server, c *call) (any, *requestError) {
	o, p := k.reach(s, c)
	if p == nil && k.beforeChange != nil {
		p = k.beforeChange(s, o, true)
	}
	if p != nil {
		return nil, p
	}
	s.removeWhere(k.name, func(other *resource) bool { return other == o })
	if k.deleted != nil {
		k.deleted(s, o)
	}
	return nil, nil
}
