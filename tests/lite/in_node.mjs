// pytest in Pyodide under Node: node in_node.mjs PYODIDE COURSE PACKAGES ARGUMENTS...
const [pyodide, course, packages, ...given] = process.argv.slice(2);
const {loadPyodide} = await import(`${pyodide}/pyodide.mjs`);
const py = await loadPyodide({indexURL: `${pyodide}/`});
await py.loadPackage(["numpy", "matplotlib", "sqlite3", "ipython"], {messageCallback: () => {}});
for (const [inside, outside] of [["/course", course], ["/packages", packages]]) {
  py.FS.mkdirTree(inside);
  py.mountNodeFS(inside, outside);
}
py.globals.set("given", py.toPy(given));
let code = 3;
try {
  code = await py.runPythonAsync(`
import os, sys
sys.path[:0], sys.dont_write_bytecode = ["/course", "/packages"], True
os.chdir("/course")
os.environ.update(MPLBACKEND="agg", PYTEST_DISABLE_PLUGIN_AUTOLOAD="1")
import pytest
int(pytest.main(["-q", "-o", "addopts=--import-mode=importlib", "-p", "no:cacheprovider", "-p", "no:unraisableexception",
                 "--capture=sys", "--noconftest", *given]))`);
} catch (error) {
  console.log(String(error).slice(-3000));
}
process.exit(code);
