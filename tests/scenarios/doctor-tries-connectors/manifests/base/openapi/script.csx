public class Script : ScriptBase { public override Task<HttpResponseMessage> ExecuteAsync() { return null; } }
